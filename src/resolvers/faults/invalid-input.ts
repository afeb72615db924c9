/** The refusal of an input with faults: "The input can't be taken: cutSpec.units[3].kind must not be blank." */
import { InvalidInput, problemAt } from '../../law/refusals.ts';

export interface InputFault {
  readonly path: readonly string[];
  readonly code: string;
  /** It goes on from its place ("must not be blank"), or is a sentence of its own. */
  readonly complaint: string;
}

/** The refusal that names every fault; there is one at least. */
export function invalidInput(faults: readonly InputFault[]): InvalidInput {
  const problems = faults.map(({ path, code, complaint }) =>
    problemAt(path, code, problemSentence(placeOf(path), complaint)),
  );
  const first = problems[0]?.message ?? 'It is invalid.';
  const more = problems.length > 1 ? ` The other problems (${problems.length - 1}) are listed.` : '';
  return new InvalidInput(`The input can't be taken: ${first}${more}`, problems);
}

/** A complaint goes on from its place ("title must not be blank"); one that is a sentence already follows it. */
function problemSentence(place: string, complaint: string): string {
  const goesOn = /^\p{Ll}/u.test(complaint);
  return `${place}${goesOn ? ' ' : ': '}${complaint.replace(/\.$/, '')}.`;
}

const LONGEST_PLACE = 200;

/** `blockedBy[0]`, `cutSpec.units[3].kind`: the way to a place as one would write it. */
function placeOf(path: readonly string[]): string {
  const steps = path[0] === 'input' ? path.slice(1) : path;
  const place = steps.map(placeStep).join('').replace(/^\./, '');
  if (place === '') return 'The input';
  return place.length <= LONGEST_PLACE ? place : `${place.slice(0, LONGEST_PLACE).toWellFormed()}…`;
}

function placeStep(name: string): string {
  if (/^\d+$/.test(name)) return `[${name}]`;
  return /^\w+$/.test(name) ? `.${name}` : `[${JSON.stringify(name)}]`;
}
