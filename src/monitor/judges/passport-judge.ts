import { z } from 'zod';
import { verifyPassport } from '../../passport/verify.ts';
import type { TreeHead } from '../../proof/checkpoint.ts';
import { digestOf } from '../../proof/digest.ts';
import { verifySignature } from '../../proof/ed25519.ts';
import type { KnownKeys } from '../../proof/keys-file.ts';
import type { JudgedCut } from './entry-judge.ts';
import type { MonitorFinding, MonitorVerdict } from './finding.ts';

/** Passports whose digests are kept, so that one that changes is noticed. */
const KEPT = 64;

const judgedCut = z.strictObject({
  changeSetId: z.string(),
  entryId: z.string(),
  position: z.number().int().nonnegative(),
});
const seen = z.strictObject({ cut: judgedCut, digest: z.string() });
export const passportsState = z.strictObject({ due: z.array(judgedCut), seen: z.array(seen) });
export type PassportsState = z.infer<typeof passportsState>;

/** The head of a passport that verifies still has to be proved to belong to the log that was followed. */
export interface JudgedPassport {
  readonly finding: MonitorFinding | null;
  readonly head: Pick<TreeHead, 'size' | 'root'> | null;
}

/** The file; or why there is none. */
export interface GivenPassport {
  readonly text: string | null;
  readonly why?: string;
}

/** Which passports are due, whether those that come verify, and whether they remain the same. */
export class PassportJudge {
  readonly #due: JudgedCut[];
  readonly #seen: PassportsState['seen'];
  /** How many good ones came. */
  good = 0;

  constructor(state: PassportsState = { due: [], seen: [] }) {
    this.#due = [...state.due];
    this.#seen = [...state.seen];
  }

  state(): PassportsState {
    return { due: this.#due, seen: this.#seen };
  }

  expect(cuts: readonly JudgedCut[]): void {
    this.#due.push(...cuts);
  }

  /** The next one, if a head of this size covers its record. */
  next(size: number): JudgedCut | null {
    const [first] = this.#due;
    return first !== undefined && first.position < size ? first : null;
  }

  /** One that was seen before, to ask for again: each in its turn. */
  again(): JudgedCut | null {
    return this.#seen[0]?.cut ?? null;
  }

  /** Judges what the server gives for a cut. Whatever came, the passport is no longer due. */
  take(cut: JudgedCut, { text, why }: GivenPassport, known: KnownKeys): JudgedPassport {
    const at = this.#due.findIndex(({ changeSetId }) => changeSetId === cut.changeSetId);
    if (at !== -1) this.#due.splice(at, 1);
    const before = this.#seen.findIndex((one) => one.cut.changeSetId === cut.changeSetId);
    const digest = text === null ? null : digestOf(Buffer.from(text, 'utf8'));
    const earlier = before === -1 ? null : this.#seen.splice(before, 1)[0]?.digest;
    if (text === null || digest === null)
      return refusedPassport(cut, 'passport-missing', `The server gives no passport for it: ${why}`);
    if (earlier != null && earlier !== digest)
      return refusedPassport(
        cut,
        'passport-changed',
        `Its passport was ${earlier} before and is ${digest} now`,
      );
    const passport = judgePassportText(cut, text, known);
    if (passport.head === null) return passport;
    this.good += 1;
    // One that was refused is reported once, and not asked for again.
    this.#seen.push({ cut, digest });
    if (this.#seen.length > KEPT) this.#seen.shift();
    return passport;
  }
}

function judgePassportText(cut: JudgedCut, text: string, known: KnownKeys): JudgedPassport {
  const verdict = verifyPassport(Buffer.from(text, 'utf8'), known, verifySignature);
  if (!verdict.ok)
    return refusedPassport(
      cut,
      'passport-refused',
      `Its passport doesn't verify${verdict.where === '' ? '' : ` at ${verdict.where}`}: ${verdict.reason}`,
    );
  const { changeSetId, entryId, verified, checkpoint } = verdict.said;
  if (changeSetId !== cut.changeSetId || entryId !== cut.entryId || verified.position !== cut.position)
    return refusedPassport(
      cut,
      'passport-refused',
      `Its passport is of change set ${changeSetId}, verified at position ${verified.position}`,
    );
  return { finding: null, head: { size: checkpoint.size, root: Buffer.from(checkpoint.root, 'base64') } };
}

function refusedPassport(
  { changeSetId, entryId, position }: JudgedCut,
  verdict: MonitorVerdict,
  why: string,
): JudgedPassport {
  const message = `Change set ${changeSetId} was verified at position ${position}. ${why.replace(/\.$/, '')}.`;
  return { finding: { verdict, position, entryId, message }, head: null };
}
