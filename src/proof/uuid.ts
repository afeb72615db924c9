import { hash } from 'node:crypto';
import { assertWellFormed } from './digest.ts';

/** The namespace of every derived id in the ledger. */
export const CUTTER_NAMESPACE = '6c0a3f5e-7d1b-5c1e-9b57-2f4e8a90d144';

const namespaceBytes = Buffer.from(CUTTER_NAMESPACE.replaceAll('-', ''), 'hex');
/** The one spelling of a UUID, as a regular expression of JavaScript and of PostgreSQL. */
export const UUID_PATTERN = '[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}';
const wholeUuid = new RegExp(`^${UUID_PATTERN}$`);
const variantDigits = '89ab';

/**
 * UUIDv5 of a name in the ledger's namespace. A cut derives several ids for each unit, so this is the one-shot native
 * SHA-1, about four times as fast as the `uuid` package, which the tests hold it against.
 */
export function derivedId(name: string): string {
  assertWellFormed(name);
  const size = namespaceBytes.length + Buffer.byteLength(name);
  const input = Buffer.allocUnsafe(size);
  input.set(namespaceBytes);
  input.write(name, namespaceBytes.length);
  const hex = hash('sha1', input, 'hex');
  const variant = variantDigits[Number.parseInt(hex.charAt(16), 16) & 3];
  const versioned = `5${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}`;
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${versioned}-${hex.slice(20, 32)}`;
}

/**
 * The one spelling of a UUID that may be hashed or signed: lower-case 8-4-4-4-12. Capitals are folded; the braces,
 * missing dashes and other spellings that PostgreSQL would take give null, so that one id never has two digests.
 */
export function normalizeUuid(text: string): string | null {
  const lowered = text.toLowerCase();
  return wholeUuid.test(lowered) ? lowered : null;
}
