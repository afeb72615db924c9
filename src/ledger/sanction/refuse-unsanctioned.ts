import type { EarlierParties, Party } from '../../law/parties.ts';
import { NotSanctioned } from '../../law/refusals.ts';
import {
  approverProblems,
  type CutPins,
  pinProblems,
  type SignedSanction,
  sanctionProblems,
  signedProblem,
} from '../../law/sanction/sanction.ts';

/** A cut that needs an approval of its own: what it does, and who had a part in its entry. */
export interface SanctionedCut {
  readonly entryId: string;
  readonly at: string;
  readonly pins: CutPins;
  readonly executor: Party;
  readonly did: EarlierParties;
}

/** Refuses without a live approval of exactly this cut; gives it back where there is one. */
export function refuseUnsanctioned(
  seen: SignedSanction | null,
  { entryId, at, pins, executor, did }: SanctionedCut,
): SignedSanction {
  const dead = sanctionProblems(entryId, seen, at);
  if (seen === null || dead.length > 0) throw new NotSanctioned(dead[0]!.message, dead);
  const approver = { principal: seen.by, person: seen.person };
  const unsigned = signedProblem(seen);
  const problems = [
    ...approverProblems(entryId, approver, { ...did, cut: executor }),
    ...(unsigned === null ? [] : [unsigned]),
    ...pinProblems(seen, pins),
  ];
  const [first] = problems;
  if (first !== undefined) throw new NotSanctioned(first.message, problems);
  return seen;
}
