import { createHash } from 'node:crypto';
import type { ReadStatement } from '../database/reads/read-connection.ts';
import type { Statement } from './emit.ts';

/** A connection holds what it has prepared, with its plan, so the number and size of texts are bounded. */
const MOST_NAMES = 64;
const MOST_CANDIDATES = 256;
const LONGEST_TEXT = 20_000;

const names = new Map<string, string>();
const candidates = new Set<string>();

/**
 * The name under which a text is prepared, from its second use on; null where it isn't worth one. A text asked for
 * once, or one of many made up by somebody, takes no name away from those that come again.
 */
function nameOf(text: string): string | null {
  const known = names.get(text);
  if (known !== undefined) return known;
  if (names.size >= MOST_NAMES || text.length > LONGEST_TEXT) return null;
  if (candidates.delete(text)) {
    const name = `read_${createHash('sha256').update(text).digest('hex').slice(0, 24)}`;
    names.set(text, name);
    return name;
  }
  if (candidates.size >= MOST_CANDIDATES) candidates.delete(candidates.values().next().value!);
  candidates.add(text);
  return null;
}

/** A statement as a connection is asked for it: named where it recurs. */
export function prepareStatement({ sql, values }: Statement): ReadStatement {
  return { name: nameOf(sql), sql, values };
}
