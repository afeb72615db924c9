/**
 * Takes lines out of the product's files as a benchmark's server loads them, to measure what they cost. The product has
 * no such switch.
 */
import { registerHooks } from 'node:module';

/** A line of a file. It must stand there exactly once; otherwise this would measure something else, and stops. */
export interface LeftOut {
  readonly file: string;
  readonly line: string;
  /** What goes in its place. */
  readonly instead: string;
}

export function leaveOut(lines: readonly LeftOut[]): void {
  registerHooks({
    load(url, context, nextLoad) {
      const loaded = nextLoad(url, context);
      const found = lines.filter(({ file }) => url.endsWith(file));
      if (found.length === 0) return loaded;
      const source = found.reduce((text, { file, line, instead }) => {
        const parts = text.split(line);
        if (parts.length !== 2) throw new Error(`${file} no longer holds exactly once: ${line}`);
        return parts.join(instead);
      }, String(loaded.source));
      return { ...loaded, source };
    },
  });
}
