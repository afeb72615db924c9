/** A refusal as the command line gets it: the ledger's own sentence, guard and problems. */
import { plainLine } from '../../text/plain.ts';

interface RefusalFields {
  readonly __typename: string;
  readonly message: string;
  readonly guard: string | null;
  readonly retryable: boolean;
  readonly problems: readonly {
    readonly path: readonly string[];
    readonly code: string;
    readonly message: string;
    /** The entry that it is about, where it is about one. */
    readonly entryId: string | null;
  }[];
}

export class Refused extends Error {
  override readonly name = 'Refused';
  readonly refusal: RefusalFields;

  constructor(phase: string, refusal: RefusalFields) {
    super(refusalText(phase, refusal));
    this.refusal = refusal;
  }

  /** The first problem of this code, if there is one. */
  problem(code: string): RefusalFields['problems'][number] | undefined {
    return this.refusal.problems.find((problem) => problem.code === code);
  }
}

/** Shown of a long list; the others are counted. */
const MOST_PROBLEMS = 10;

function refusalText(phase: string, { __typename, message, guard, problems }: RefusalFields): string {
  const name = guard === null ? __typename : `${__typename}, ${guard}`;
  const listed = problems.filter((problem) => problem.message !== message);
  const lines = listed
    .slice(0, MOST_PROBLEMS)
    .map((problem) => `  ${plainLine(`${problem.path.join('.')}: ${problem.message} (${problem.code})`)}`);
  const more = listed.length > MOST_PROBLEMS ? [`  and ${listed.length - MOST_PROBLEMS} more`] : [];
  const head = plainLine(`${phase} was refused (${name}): ${message}`);
  return [head, ...lines, ...more].join('\n');
}

type Outcome = { readonly __typename: string };

/** The success of an outcome; anything else in the union is a refusal and is thrown. */
export function acceptedOutcome<Union extends Outcome, Name extends Union['__typename']>(
  phase: string,
  outcome: Union,
  success: Name,
): Extract<Union, { __typename: Name }> {
  if (outcome.__typename === success) return outcome as Extract<Union, { __typename: Name }>;
  throw new Refused(phase, outcome as unknown as RefusalFields);
}
