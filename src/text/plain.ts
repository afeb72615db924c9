/**
 * What another party wrote, made safe for a terminal: it can't give orders there, show a token, or go on without end.
 */

const LONGEST = 2_000;
// What a terminal obeys, but for line ends, and what turns its text round.
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are the characters to find
const ORDERS = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069]/g;

export function terminalText(text: string, secrets: readonly string[] = []): string {
  let shown = text.toWellFormed();
  // Repeated until nothing changes: what is taken out must not hide a token, nor make one.
  for (let before = ''; before !== shown; ) {
    before = shown;
    shown = shown.replace(ORDERS, '');
    for (const secret of secrets) if (secret !== '') shown = shown.replaceAll(secret, '(a token)');
  }
  return shown.length > LONGEST ? `${shown.slice(0, LONGEST)}…` : shown;
}

/** The same in one line. */
export function plainLine(text: string, secrets: readonly string[] = []): string {
  return terminalText(text.replaceAll(/\s+/g, ' ').trim(), secrets);
}
