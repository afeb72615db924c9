import { hash } from 'node:crypto';

/** A SHA-256 as it is stored and signed: algorithm, colon, 64 lower-case hex digits. */
export type Digest = `sha256:${string}`;

const digestPattern = /^sha256:[0-9a-f]{64}$/;

/**
 * Refuse text that has no UTF-8 form. Encoding would put U+FFFD in place of a lone surrogate, and two different
 * texts would then share one digest or one id.
 */
export function assertWellFormed(text: string): void {
  if (!text.isWellFormed())
    throw new TypeError('Text with a lone surrogate has no UTF-8 form and is not hashed.');
}

/** SHA-256 of bytes, or of the UTF-8 form of a text. */
export function sha256(data: Uint8Array | string): Buffer {
  if (typeof data === 'string') assertWellFormed(data);
  return hash('sha256', data, 'buffer');
}

/** SHA-256 as text: `sha256:<64 hex>`. */
export function digestOf(data: Uint8Array | string): Digest {
  if (typeof data === 'string') assertWellFormed(data);
  return `sha256:${hash('sha256', data, 'hex')}`;
}

/** Whether a text is a digest in its one accepted form. */
export function isDigest(text: string): text is Digest {
  return digestPattern.test(text);
}
