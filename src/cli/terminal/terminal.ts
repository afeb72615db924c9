/** Questions of a command to the person in front of it. */
import { createInterface } from 'node:readline/promises';
import type { Readable, Writable } from 'node:stream';
import { foldedText } from './columns.ts';

export interface Terminal {
  readonly input: Readable;
  readonly output: Writable;
  /** Whether a person can answer. */
  readonly interactive: boolean;
}

export function processTerminal(): Terminal {
  const { stdin, stdout } = process;
  return { input: stdin, output: stdout, interactive: stdin.isTTY === true };
}

/** Questions of a command whose standard output is what it writes. */
export function errorTerminal(): Terminal {
  return { ...processTerminal(), output: process.stderr };
}

/** Prints lines of a command's answer: folded for a person in front of a terminal, whole in a file, a pipe and JSON. */
export function linePrinter(
  isJson: boolean,
  output: Writable & { readonly isTTY?: boolean } = process.stdout,
): (line: string) => void {
  const isFolded = !isJson && output.isTTY === true;
  return (line) =>
    void output.write(`${isFolded ? foldedText(line, 2) : line}
`);
}

/** Only "y" or "yes" is one; an end of the input, Ctrl-C or anything else is a no. */
export async function askYesNo({ input, output }: Terminal, question: string): Promise<boolean> {
  const lines = createInterface({ input, output });
  const interrupted = new AbortController();
  const gone = () => interrupted.abort();
  lines.once('close', gone).once('SIGINT', gone);
  try {
    const answer = await lines.question(`${question} [y/N] `, { signal: interrupted.signal });
    return /^\s*y(es)?\s*$/i.test(answer);
  } catch (error) {
    if (!interrupted.signal.aborted) throw error;
    output.write('\n');
    return false;
  } finally {
    lines.off('close', gone);
    lines.close();
  }
}
