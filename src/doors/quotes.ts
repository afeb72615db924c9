/** What a message quotes of a request is cut short: a caller knows what it sent, and a log needn't hold it again. */

const LONGEST_QUOTE = 100;
/** For what escapes the cutting of quotes. */
const LONGEST_MESSAGE = 1_000;

const CLOSING: Readonly<Record<string, string>> = { '{': '}', '[': ']' };

/** The same message with every quoted text, object, list and word of more than about a hundred characters cut. */
export function withShortQuotes(message: string): string {
  if (message.length <= LONGEST_QUOTE) return message;
  let short = '';
  for (let at = 0; at < message.length; ) {
    const end = quoteEnd(message, at);
    short += cutQuote(message.slice(at, end));
    at = end;
  }
  const words = short.replace(/[^\s"]{101,}/g, (word) => `${startOf(word, LONGEST_QUOTE)}…`);
  return words.length <= LONGEST_MESSAGE ? words : `${startOf(words, LONGEST_MESSAGE)}…`;
}

function cutQuote(piece: string): string {
  const open = piece.charAt(0);
  if (open !== '"' && !(open in CLOSING)) return piece;
  if (piece.length <= LONGEST_QUOTE + 2) return piece;
  return `${startOf(piece, LONGEST_QUOTE + 1)}…${CLOSING[open] ?? '"'}`;
}

/** The beginning, without half of a character at its end. */
function startOf(text: string, length: number): string {
  return text.slice(0, length).replace(/[\ud800-\udbff]$/, '');
}

/**
 * Where the piece ends that begins here: a quoted text, a bracket with all in it, or the text up to the next of
 * these.
 */
function quoteEnd(message: string, at: number): number {
  const first = message.charAt(at);
  if (first === '"') return stringEnd(message, at);
  if (first in CLOSING) return bracketEnd(message, at);
  let next = at;
  while (next < message.length && !'"{['.includes(message.charAt(next))) next += 1;
  return next;
}

function stringEnd(message: string, from: number): number {
  for (let at = from + 1; at < message.length; at += 1) {
    if (message[at] === '\\') at += 1;
    else if (message[at] === '"') return at + 1;
  }
  return message.length;
}

function bracketEnd(message: string, from: number): number {
  let depth = 0;
  for (let at = from; at < message.length; at += 1) {
    const char = message[at] as string;
    if (char === '"') at = stringEnd(message, at) - 1;
    else if (char in CLOSING) depth += 1;
    else if ((char === '}' || char === ']') && --depth === 0) return at + 1;
  }
  return message.length;
}
