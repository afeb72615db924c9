import { type Cosignature, cosignatureOf } from '../../proof/cosignature.ts';
import { NoteFault, parseNote } from '../../proof/note.ts';
import type { Witness } from './witness-list.ts';

/** A head, and the proof that it continues the one that the witness cosigned last. */
export interface Submission {
  /** How many positions the witness's last head has; 0 where it knows none. */
  readonly oldSize: number;
  readonly proof: readonly Uint8Array[];
  readonly note: string;
}

/** What a witness did with a submission. */
export type WitnessAnswer =
  | { readonly outcome: 'cosigned'; readonly cosignature: Cosignature }
  /** It last cosigned another size than the one that the proof begins at. */
  | { readonly outcome: 'knows'; readonly size: number }
  /** It won't take the head, and says the same to the next attempt. */
  | { readonly outcome: 'refused'; readonly reason: string }
  /** It isn't there, or busy; the wait that it asked for. */
  | { readonly outcome: 'away'; readonly reason: string; readonly retryMs: number | null }
  /** It answered what no witness may. */
  | { readonly outcome: 'wrong'; readonly reason: string };

const PATIENCE_MS = 10_000;
/** A cosignature is some 150 bytes; a witness may have several keys, and no reason to write more than this. */
const LONGEST_ANSWER = 16_384;
/** A clock may be a little fast; what is farther in the future was not seen at that time. */
const CLOCK_MS = 600_000;
const LONGEST_WAIT_MS = 3_600_000;

const REFUSALS: Readonly<Record<number, string>> = {
  400: 'it finds the request malformed',
  403: 'it trusts neither key of the lanes for this origin',
  404: "it doesn't know this ledger's origin",
  422: 'the proof that the head continues the last one does not verify there',
};

/**
 * Hands a head to a witness (C2SP tlog-witness, add-checkpoint) and judges what comes back. Throws only when `signal`
 * ends it.
 */
export async function submitHead(
  witness: Witness,
  submission: Submission,
  signal: AbortSignal,
  patienceMs = PATIENCE_MS,
): Promise<WitnessAnswer> {
  try {
    const response = await fetch(`${witness.url}/add-checkpoint`, {
      method: 'POST',
      headers: { 'content-type': 'text/plain; charset=utf-8' },
      body: bodyOf(submission),
      redirect: 'manual',
      signal: AbortSignal.any([signal, AbortSignal.timeout(patienceMs)]),
    });
    const text = await boundedText(response);
    if (text === null) return wrong(`its answer is longer than ${LONGEST_ANSWER} bytes`);
    return answerOf(response, text, submission, witness);
  } catch (error) {
    signal.throwIfAborted();
    const { name, message, cause } = error as Error;
    if (name === 'TimeoutError') return away(`it gave no whole answer within ${patienceMs / 1000} s`);
    return away(`it can't be reached: ${cause instanceof Error ? cause.message : message}`);
  }
}

function bodyOf({ oldSize, proof, note }: Submission): string {
  const hashes = proof.map((hash) => `${Buffer.from(hash).toString('base64')}\n`);
  return `old ${oldSize}\n${hashes.join('')}\n${note}`;
}

/** The whole answer; null where it is longer than any that was asked for. */
async function boundedText(response: Response): Promise<string | null> {
  if (response.body === null) return '';
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of response.body) {
    length += chunk.length;
    // Leaving the loop ends the transfer.
    if (length > LONGEST_ANSWER) return null;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function answerOf(response: Response, text: string, { note }: Submission, witness: Witness): WitnessAnswer {
  const { status, headers } = response;
  if (status === 200) return cosignedOf(text, note, witness);
  if (status === 409) return knownOf(text, headers.get('content-type'));
  if (status === 429 || status >= 500)
    return { ...away(`it answered with status ${status}`), retryMs: waitOf(headers.get('retry-after')) };
  if (status >= 300 && status < 400)
    return refused('it sends elsewhere, and heads go only where its line in the list says');
  return refused(REFUSALS[status] ?? `it answered with status ${status}`);
}

/** Only what verifies under the configured key is taken; signatures of other keys are passed over. */
function cosignedOf(text: string, note: string, witness: Witness): WitnessAnswer {
  const head = parseNote(note).text;
  try {
    const signed = parseNote(`${head}\n${text}`);
    const cosignature = signed.text === head ? cosignatureOf(signed, witness) : null;
    if (cosignature === null) return wrong('no signature in its answer verifies under its key');
    if (cosignature.timestamp * 1000 > Date.now() + CLOCK_MS)
      return wrong('its signature is dated in the future');
    return { outcome: 'cosigned', cosignature };
  } catch (error) {
    if (!(error instanceof NoteFault)) throw error;
    return wrong('its answer holds no signature lines');
  }
}

function knownOf(text: string, type: string | null): WitnessAnswer {
  const [, digits] = /^(0|[1-9]\d{0,15})\n$/.exec(text) ?? [];
  if (digits === undefined || type?.split(';')[0]?.trim() !== 'text/x.tlog.size')
    return wrong('it says that it knows another size, and not which');
  return { outcome: 'knows', size: Number(digits) };
}

function waitOf(retryAfter: string | null): number | null {
  if (retryAfter === null || !/^\d{1,9}$/.test(retryAfter)) return null;
  return Math.min(Number(retryAfter) * 1000, LONGEST_WAIT_MS);
}

const away = (reason: string) => ({ outcome: 'away', reason, retryMs: null }) as const;
const refused = (reason: string) => ({ outcome: 'refused', reason }) as const;
const wrong = (reason: string) => ({ outcome: 'wrong', reason }) as const;
