/**
 * Before a file is registered under a code that follows from its name: is it the document that the ledger has under
 * that code? It is if the same file was taken for it before, or if the text is the same. If it was another file, or
 * has another title, a person decides.
 */
import { realpathSync } from 'node:fs';
import { FindDocumentDocument, RegisterSourceDocument } from '../../client/generated/graphql.ts';
import { terminalText } from '../../text/plain.ts';
import { ClientFault } from '../client/client.ts';
import { foldedText } from '../terminal/columns.ts';
import { askYesNo, type Terminal } from '../terminal/terminal.ts';
import { otherCodeOf } from './document-code.ts';
import { type DocumentPlace, leavePath, replacePath, takenPath, takePath } from './own-documents.ts';
import type { Clients } from './phases.ts';
import { sourceInputOf } from './source-input.ts';
import type { WalkDocument } from './walk-document.ts';

export interface SettleOptions {
  readonly clients: Clients;
  readonly document: WalkDocument;
  readonly path: string;
  readonly place: DocumentPlace;
  /** Whether the code was named: then nobody is asked. */
  readonly isCodeNamed: boolean;
  readonly terminal: Terminal;
}

/** What to do if the registration is refused. */
export interface Settled {
  abandon(): void;
}

/**
 * Throws a ClientFault where it may be another document, and nobody says that it isn't. Nothing is registered
 * before.
 */
export async function settleDocument(options: SettleOptions): Promise<Settled> {
  const { clients, document, place, isCodeNamed } = options;
  const path = realpathSync(options.path);
  const { document: known } = await clients.reviewer.execute(FindDocumentDocument, {
    docCode: place.docCode,
  });
  const isNew = known === null && takenPath(place) === null;
  if (!isCodeNamed && !(isNew && takePath(place, path))) {
    const why = await doubtAbout(options, path, known?.title ?? null);
    if (why !== null) await askWhether(why, options);
  }
  replacePath(place, path);
  return { abandon: () => void (isNew && document.docCode === place.docCode && leavePath(place)) };
}

/** Why it may be another document than the one that is there; null where it isn't. */
async function doubtAbout(
  { clients, document, place }: SettleOptions,
  path: string,
  title: string | null,
): Promise<string | null> {
  if (document.title !== null && title !== null && document.title !== title)
    return `with the title "${title}"`;
  const taken = takenPath(place);
  if (taken === path) return null;
  if (taken !== null) return `from ${taken}`;
  // Another home's, or of a version that kept no paths.
  return (await isRegistered(clients, document)) ? null : 'from a file that this home does not know';
}

/** Whether this very text is registered under the code already. Nothing is written. */
async function isRegistered(clients: Clients, document: WalkDocument): Promise<boolean> {
  const input = { ...sourceInputOf(document), dryRun: true };
  const { outcome } = await clients.marker.execute(RegisterSourceDocument, { input });
  return outcome.__typename === 'RegisterSourceSuccess' && outcome.replayed;
}

async function askWhether(why: string, { terminal, path, place: { docCode } }: SettleOptions): Promise<void> {
  const other = otherCodeOf(path, docCode);
  const there = `The ledger has a document "${docCode}" already, ${why}.`;
  if (!terminal.interactive)
    throw new ClientFault(
      `${there} Nobody can be asked here whether ${path} is its next version. Nothing was registered. ` +
        `If it is the next version, add --doc-code ${docCode}. ` +
        `If it is another document, give it a code, for example --doc-code ${other}.`,
    );
  // The title comes from another party.
  terminal.output.write(`${foldedText(terminalText(there))}\n`);
  if (await askYesNo(terminal, `Is ${path} its next version?`)) return;
  throw new ClientFault(
    `Nothing was registered. Give this document its own code, for example --doc-code ${other}.`,
  );
}
