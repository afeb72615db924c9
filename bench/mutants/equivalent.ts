/** Faults that change nothing that anybody could notice, each with the reason. No test is owed for them. */
import type { Mutant } from './operators.ts';

interface Equivalent {
  readonly file: string;
  /** Kind and change, as the list of faults prints them: one fault of the file and no other. */
  readonly fault: string;
  /** Ends the sentence "Equivalent, because …". */
  readonly because: string;
}

export const EQUIVALENT: readonly Equivalent[] = [
  {
    file: 'src/law/record.ts',
    fault: 'guard dropped: value === null → false',
    because: 'canonicalJson writes null in the same way; this is its short cut',
  },
  {
    file: 'src/law/scan-record.ts',
    fault: 'boundary shifted: 0 → 1 in "Tail }[]>(); let tailsKept = 0; /** Shapes and verb are the"',
    because:
      'the store of parsed tails is emptied one tail earlier, and a tail is parsed again where it is missing',
  },
  {
    file: 'src/law/scan-record.ts',
    fault: 'boundary shifted: 1 → 2 in "ails.clear(); tailsKept = 1; } keptTails.set(length,"',
    because:
      'the store of parsed tails is emptied one tail earlier, and a tail is parsed again where it is missing',
  },
  {
    file: 'src/law/scan-record.ts',
    fault: 'boundary shifted: 12 → 13 in "places = new Int32Array(1 << 12); /** Rows as they lie in a"',
    because: 'the list of places begins with more room, and grows when it is full',
  },
  {
    file: 'src/ledger/effect/plan-addresses.ts',
    fault: 'guard dropped: foreign.length === 0 → false',
    because: 'no unit is found for no address; the guard saves the statement',
  },
  {
    file: 'src/ledger/sweep.ts',
    fault: 'boundary shifted: 0 → 1 in "weepId: tx.ids.log, examined: 0, promoted: [] }, writes: null"',
    because: 'a repeated pass is answered from the sweep log, which takes the place of this value',
  },
];

/** Why nobody can notice a fault; null where a test must. */
export function reasonFor({ file, kind, what }: Mutant): string | null {
  const fault = `${kind}: ${what}`;
  return EQUIVALENT.find((known) => known.file === file && known.fault === fault)?.because ?? null;
}

/** Those that name no fault of the present text any more, or more than one. */
export function outdated(all: readonly Mutant[]): readonly Equivalent[] {
  return EQUIVALENT.filter(
    ({ file, fault }) =>
      all.filter((mutant) => mutant.file === file && `${mutant.kind}: ${mutant.what}` === fault).length !== 1,
  );
}
