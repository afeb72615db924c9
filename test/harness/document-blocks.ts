/** The fenced blocks of a document, each with what the document says about running it. */
import { readFileSync } from 'node:fs';

export interface Block {
  readonly language: string;
  /** Where its fence opens, from 1. */
  readonly line: number;
  readonly text: string;
  /** Why nobody can run it here: a comment `<!-- not run: … -->` before the fence. */
  readonly notRun: string | null;
  /** Whether the server has to be stopped before it: `<!-- run: with the server stopped -->`. */
  readonly isServerStopped: boolean;
  /** What its output has to hold: `<!-- says: … -->`. */
  readonly says: string | null;
  /** The refusal that it shows: `<!-- refused: AlreadyCut -->`. */
  readonly refused: string | null;
}

const FENCE = /^(?:<!-- (.*?) -->\n)?```(\w*)\n(.*?)^```$/gms;

export function blocksOf(path: string): readonly Block[] {
  const document = readFileSync(path, 'utf8');
  return [...document.matchAll(FENCE)].map((match) => {
    const [, comment = '', language = '', text = ''] = match;
    const fence = match.index + match[0].indexOf('```');
    return {
      language,
      line: document.slice(0, fence).split('\n').length,
      text,
      notRun: /^not run: (.+)$/.exec(comment)?.[1] ?? null,
      isServerStopped: comment === 'run: with the server stopped',
      says: /^says: (.+)$/.exec(comment)?.[1] ?? null,
      refused: /^refused: (\w+)$/.exec(comment)?.[1] ?? null,
    };
  });
}
