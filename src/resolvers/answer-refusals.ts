/** Refusals, and faults of the input, as members of an outcome's union. */
import { InputValidationError } from '@pothos/plugin-validation';
import { Refusal } from '../law/refusals.ts';
import { RefusalAnswer } from '../schema/refusals.ts';
import { type InputFault, invalidInput } from './faults/invalid-input.ts';

/** Runs a resolver; its refusals, and the faults of its input, become its answer. */
export async function answerRefusals(run: () => unknown): Promise<unknown> {
  try {
    return await run();
  } catch (error) {
    if (error instanceof Refusal) return new RefusalAnswer(error);
    if (error instanceof InputValidationError)
      return new RefusalAnswer(invalidInput(faultsOfIssues(error.issues)));
    throw error;
  }
}

/** What the validation of an input found. */
export function faultsOfIssues(issues: InputValidationError['issues']): InputFault[] {
  return issues.map(({ path = [], message }) => ({
    path: path.map((step) => String(typeof step === 'object' ? step.key : step)),
    code: 'invalid',
    complaint: message,
  }));
}
