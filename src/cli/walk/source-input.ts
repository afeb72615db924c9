import { createHash } from 'node:crypto';
import type { RegisterSourceInput } from '../../client/generated/graphql.ts';
import type { WalkDocument } from './walk-document.ts';

/** A document as `registerSource` takes it. The same document gives the same key. */
export function sourceInputOf({ docCode, title, bytes }: WalkDocument): RegisterSourceInput {
  return {
    idempotencyKey: `run:${docCode}:source:${shortDigest(title, bytes)}`,
    docCode,
    title,
    content: { base64: Buffer.from(bytes).toString('base64') },
  };
}

/** Enough of a SHA-256 for a name that identifies these bytes. */
export function shortDigest(label: string | null, bytes: Uint8Array): string {
  const hash = createHash('sha256');
  if (label !== null) hash.update(label);
  return hash.update('\0').update(bytes).digest('hex').slice(0, 24);
}
