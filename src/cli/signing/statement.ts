import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { type CallersStatement, readStatement } from '../../law/statement-to-sign.ts';
import { digestOf } from '../../proof/digest.ts';
import { preAuthEncoding } from '../../proof/dsse.ts';
import { publicKeyOf, signMessage } from '../../proof/ed25519.ts';
import { keyIdOf } from '../../proof/keyid.ts';
import { ClientFault } from '../client/client.ts';
import { fileBytes } from '../client/file-bytes.ts';

/** What `cutStatement` and `verifyStatement` give. */
const toSign = z.object({
  payloadType: z.string(),
  payload: z.base64(),
  preAuthEncoding: z.base64(),
  digest: z.string(),
  keyIds: z.array(z.string()),
  acceptedUntil: z.string(),
});
export type GivenStatement = Readonly<Omit<z.infer<typeof toSign>, 'keyIds'>> & {
  readonly keyIds: readonly string[];
};

const signature = z.object({ keyId: z.string(), signature: z.base64(), statement: z.base64() });
/** What `cut` and `verify` take as `signature`. */
export type SentSignature = z.infer<typeof signature>;

const LARGEST = 1024 * 1024;

/** The JSON of a file, or of standard input. @throws ClientFault */
function jsonIn<T>(file: string, what: string, shape: z.ZodType<T>): T {
  const text = file === '-' ? readFileSync(0, 'utf8') : fileBytes(file, what, LARGEST).toString('utf8');
  const name = file === '-' ? 'Standard input' : file;
  try {
    return shape.parse(JSON.parse(text));
  } catch {
    throw new ClientFault(`${name} holds no ${what.replace(/^an? /, '')} as this version writes it.`);
  }
}

export const statementIn = (file: string) => jsonIn(file, 'a statement', toSign);
export const signatureIn = (file: string) => jsonIn(file, 'a signature', signature);

/** What a given statement says. Refuses what is none, or whose parts don't fit together. */
export function readGiven({ payloadType, payload, preAuthEncoding: given, digest }: GivenStatement): {
  readonly said: CallersStatement;
  readonly bytes: Buffer;
} {
  const bytes = Buffer.from(payload, 'base64');
  const said = readStatement(payloadType, bytes);
  if (said === null)
    throw new ClientFault(
      'This is no statement about a cut, a verification or an approval as this version knows it. Nothing was signed.',
    );
  if (digestOf(bytes) !== digest || !preAuthEncoding(payloadType, bytes).equals(Buffer.from(given, 'base64')))
    throw new ClientFault("The statement's parts don't fit together. Nothing was signed.");
  return { said, bytes };
}

/** Signs a given statement. Refuses a key that the ledger wouldn't accept for it. */
export function signGiven(given: GivenStatement, bytes: Buffer, seed: Uint8Array): SentSignature {
  const keyId = keyIdOf(publicKeyOf(seed));
  if (!given.keyIds.includes(keyId))
    throw new ClientFault(
      `The key ${keyId} is not one that the ledger accepts for this statement: ${given.keyIds.join(', ')}. ` +
        'Nothing was signed.',
    );
  const bytesOfSignature = signMessage(seed, preAuthEncoding(given.payloadType, bytes));
  return {
    keyId,
    signature: Buffer.from(bytesOfSignature).toString('base64'),
    statement: bytes.toString('base64'),
  };
}
