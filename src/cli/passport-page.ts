/** `cutter passport page`: writes the page that verifies passports in a browser, where Cutter isn't installed. */
import { writeFileSync } from 'node:fs';
import { reasonOf } from '../home/home-folder.ts';
import { builtPage } from '../passport/built-page.ts';
import { linePrinter } from './terminal/terminal.ts';

export interface PageOptions {
  readonly out: string;
}

/** Resolves with the exit code. */
export function writePassportPage(
  { out }: PageOptions,
  print: (line: string) => void = linePrinter(false),
): 0 | 1 {
  const page = builtPage();
  if (page === null) {
    process.stderr.write('cutter: The page was not built here. Make it with "npm run build".\n');
    return 1;
  }
  try {
    writeFileSync(out, page);
  } catch (error) {
    process.stderr.write(`cutter: ${out} can't be written: ${reasonOf(error)}.\n`);
    return 1;
  }
  print(`${out}: open it in a browser, with or without a network.`);
  return 0;
}
