import './globals.ts';
import { verifyWithTweetnacl } from '../../proof/ed25519.ts';
import { KeysFault, parseKeys } from '../../proof/keys-file.ts';
import { type Line, linesOf, verdictOf } from '../facts-text.ts';
import { verifyPassport } from '../verify.ts';

/** What a page says of a passport and a file of keys. */
export type PageVerdict =
  | {
      readonly verdict: 'good' | 'failed';
      readonly sentence: string;
      readonly lines: readonly Line[];
      /** The ledger that the keys are of. */
      readonly origin: string;
    }
  | { readonly verdict: 'refused'; readonly reason: string; readonly where: string; readonly origin: string }
  | { readonly verdict: 'unreadable'; readonly reason: string };

/** The verification of the command line, with tweetnacl as its engine. `failed`: a good passport of a failed cut. */
export function judgeForPage(passport: Uint8Array, keys: string): PageVerdict {
  try {
    const known = parseKeys(keys);
    const { origin } = known;
    const judged = verifyPassport(passport, known, verifyWithTweetnacl);
    if (!judged.ok) return { verdict: 'refused', reason: judged.reason, where: judged.where, origin };
    return {
      verdict: judged.said.verified.verdict === 'pass' ? 'good' : 'failed',
      sentence: verdictOf(judged.said),
      lines: linesOf(judged.said),
      origin,
    };
  } catch (error) {
    if (error instanceof KeysFault) return { verdict: 'unreadable', reason: error.message };
    throw error;
  }
}
