/**
 * `cutter run DIR`: every document below a folder goes through all phases, a batch at a time. Every key derives from a
 * document's code and text, so a run that was broken off goes on where it stopped, and does nothing twice.
 */
import { statSync } from 'node:fs';
import { ClientFault } from './client/client.ts';
import { Refused } from './client/refused.ts';
import type { FolderFile, FolderFiles } from './folder-files.ts';
import { countedWord, shownStatus } from './terminal/report.ts';
import { actOnEach } from './walk/act-on-each.ts';
import type { WalkEnd } from './walk/walk.ts';
import type { RegisteredDocument } from './walk/walk-many.ts';

/** Files that are read and registered at a time. */
const WIDTH = 4;
/** Documents of a batch, and their bytes: the server answers a list within the time that a call has. */
const MOST_DOCUMENTS = 100;
const MOST_BYTES = 4 * 1024 * 1024;

/** What became of a file, as `--json` prints it: `status`, or why there is none. */
interface FileEnd {
  readonly file: string;
  readonly docCode: string | null;
  readonly entryId: string | null;
  readonly status: string | null;
  readonly error: string | null;
}

export interface FolderRun<D extends RegisteredDocument> extends FolderFiles {
  /** A text of the ledger, as it may be shown. */
  readonly shown: (text: string) => string;
  /** Null where objects are printed instead. */
  readonly print: ((line: string) => void) | null;
  readonly printJson: (value: unknown) => void;
  /** Reads and registers one. */
  readonly register: (file: FolderFile) => Promise<D>;
  /** Takes a batch as far as it goes by the verbs that take lists. */
  readonly walkMany: (batch: readonly D[], progress: (line: string) => void) => Promise<Map<D, WalkEnd>>;
  /** Documents that are left over and under way at a time. */
  readonly widthAlone: number;
  /** Takes one document that is left over as far as it goes. */
  readonly walkAlone: (document: D) => Promise<WalkEnd>;
}

/** 0 where every document ends verified_complete. A document that fails stops no other; a ledger that is gone does. */
export async function runFolder<D extends RegisteredDocument>(run: FolderRun<D>): Promise<0 | 1> {
  const { files, unfit, print } = run;
  const total = files.length + unfit.length;
  let [done, complete] = [0, 0];
  const report = (end: FileEnd) => {
    done += 1;
    if (end.status === 'verified_complete') complete += 1;
    if (print === null) run.printJson(end);
    else print(`${done}/${total} ${end.file}: ${end.status ?? end.error}`);
  };
  for (const { path, why } of unfit) report(endOf({ path, docCode: null }, { error: why }));
  for (const { batch, from } of batchesOf(files)) {
    const range = `${countOf(from + 1)}-${countOf(from + batch.length)} of ${countOf(files.length)}`;
    await runBatch(batch, run, report, (line) => print?.(`${range}: ${line}`));
  }
  const summary = { documents: total, complete, incomplete: total - complete };
  const counted = `${countedWord(total, 'document')}: ${countOf(complete)} verified, ${countOf(total - complete)} not.`;
  if (print === null) run.printJson({ summary });
  else print(summary.incomplete === 0 ? counted : `${counted} The same command continues with those.`);
  return summary.incomplete === 0 ? 0 : 1;
}

const countOf = (count: number) => count.toLocaleString('en');

async function runBatch<D extends RegisteredDocument>(
  batch: readonly FolderFile[],
  run: FolderRun<D>,
  report: (end: FileEnd) => void,
  progress: (line: string) => void,
): Promise<void> {
  const registered = new Map<D, FolderFile>();
  await actOnEach(batch, WIDTH, async (file) => {
    const faulty = await faultOf(async () => void registered.set(await run.register(file), file));
    if (faulty !== null) report(endOf(file, { error: run.shown(faulty) }));
  });
  progress(`${countOf(registered.size)} registered`);
  const ends = await run.walkMany([...registered.keys()], progress);
  for (const [document, end] of ends) report(endOf(registered.get(document)!, end));
  const left = [...registered].filter(([document]) => !ends.has(document));
  await actOnEach(left, run.widthAlone, async ([document, file]) => {
    const faulty = await faultOf(async () => report(endOf(file, await run.walkAlone(document))));
    if (faulty !== null) report(endOf(file, { error: run.shown(faulty) }));
  });
}

/** Why something failed that concerns one document; null where it succeeded. A ledger that is gone concerns all. */
async function faultOf(act: () => Promise<void>): Promise<string | null> {
  try {
    await act();
    return null;
  } catch (error) {
    if (error instanceof Refused) return error.message;
    if (error instanceof ClientFault && error.kind !== 'unreachable') return error.message;
    throw error;
  }
}

function endOf(
  { path, docCode }: { readonly path: string; readonly docCode: string | null },
  end: WalkEnd | { readonly error: string },
): FileEnd {
  const file = { file: path, docCode };
  if ('error' in end) return { ...file, entryId: null, status: null, error: end.error };
  return { ...file, entryId: end.entryId, status: shownStatus(end.status), error: null };
}

function* batchesOf(files: readonly FolderFile[]): Generator<{ batch: FolderFile[]; from: number }> {
  let batch: FolderFile[] = [];
  let bytes = 0;
  for (const [at, file] of files.entries()) {
    const size = statSync(file.path, { throwIfNoEntry: false })?.size ?? 0;
    if (batch.length === MOST_DOCUMENTS || (batch.length > 0 && bytes + size > MOST_BYTES)) {
      yield { batch, from: at - batch.length };
      [batch, bytes] = [[], 0];
    }
    batch.push(file);
    bytes += size;
  }
  if (batch.length > 0) yield { batch, from: files.length - batch.length };
}
