/** What is typed with `cutter run`, the document that it names, and who answers its questions. */
import { GRANULARITIES } from '../document/profile/schema.ts';
import { ClientFault } from './client/client.ts';
import { fileBytes } from './client/file-bytes.ts';
import type { LedgerAddressOptions } from './client/prove-ledger.ts';
import { askYesNo, type Terminal } from './terminal/terminal.ts';
import { docCodeOf } from './walk/document-code.ts';
import type { Question } from './walk/walk.ts';
import type { WalkDocument } from './walk/walk-document.ts';

export interface RunOptions extends LedgerAddressOptions {
  /** Approve and cut without asking. */
  readonly yes: boolean;
  /** With `yes`: approve a plan that has warnings, too. */
  readonly acceptWarnings?: boolean;
  /** Show every unit of the plan. */
  readonly full?: boolean;
  readonly docCode?: string;
  readonly profile?: string;
  /** The finest units, in lower case; absent: the profile's own. */
  readonly granularity?: string;
  readonly title?: string;
  /** One JSON object a document, and one at the end. */
  readonly json?: boolean;
}

const LARGEST = 16 * 1024 * 1024;

/** `--yes` answers for the person. Warnings need --accept-warnings as well. */
export async function answerQuestion(
  { text, hasWarnings }: Question,
  { yes, acceptWarnings }: RunOptions,
  terminal: Terminal,
  print: (line: string) => void,
): Promise<boolean> {
  if (yes && (!hasWarnings || acceptWarnings === true)) return true;
  if (terminal.interactive) return askYesNo(terminal, text);
  print('This plan has warnings. Read them. To approve it anyway, add --accept-warnings to --yes.');
  return false;
}

export function readDocument(
  path: string,
  { docCode, profile, granularity, title }: RunOptions,
): WalkDocument {
  const bytes = readBytes(path);
  return {
    docCode: docCode ?? docCodeOf(path),
    title: title ?? null,
    profile: profile ?? 'markdown',
    granularity: GRANULARITIES.find((each) => each.toLowerCase() === granularity) ?? null,
    bytes,
  };
}

function readBytes(path: string): Buffer {
  if (path === '') throw new ClientFault('Name the document: FILE in "cutter run FILE".');
  return fileBytes(path, 'a document', LARGEST);
}
