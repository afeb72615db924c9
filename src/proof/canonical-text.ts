/**
 * The canonical text (RFC 8785) of what is clearly plain JSON, checked and written in one pass; null where that is not
 * clear. `canonicalJson` then looks closer. The tests compare this with the library that it uses.
 */
export function canonicalTextOf(value: unknown, depthLeft: number): string | null {
  if (value === null) return 'null';
  if (typeof value === 'string') return quotedText(value);
  if (typeof value === 'number') return Number.isFinite(value) ? JSON.stringify(value) : null;
  if (typeof value === 'boolean') return value ? 'true' : 'false';
  if (typeof value !== 'object' || depthLeft === 0) return null;
  return Array.isArray(value) ? arrayText(value, depthLeft - 1) : objectText(value, depthLeft - 1);
}

function quotedText(text: string): string | null {
  return text.isWellFormed() && !text.includes('\u0000') ? JSON.stringify(text) : null;
}

function arrayText(elements: readonly unknown[], depthLeft: number): string | null {
  let text = '[';
  for (let at = 0; at < elements.length; at += 1) {
    const element = canonicalTextOf(elements[at], depthLeft);
    if (element === null) return null;
    text += at === 0 ? element : `,${element}`;
  }
  return `${text}]`;
}

function objectText(members: object, depthLeft: number): string | null {
  const prototype: unknown = Object.getPrototypeOf(members);
  if (prototype !== Object.prototype && prototype !== null) return null;
  let text = '';
  // In the order of UTF-16 code units, as the standard wants it.
  for (const name of Object.keys(members).sort()) {
    const written = name === '__proto__' ? null : quotedText(name);
    const member = canonicalTextOf((members as Record<string, unknown>)[name], depthLeft);
    if (written === null || member === null) return null;
    text += text === '' ? `${written}:${member}` : `,${written}:${member}`;
  }
  return `{${text}}`;
}
