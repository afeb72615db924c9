/** What `cutter run DIR` does with its documents, one by one and by lists. */
import { ClientFault } from './client/client.ts';
import { type FolderFile, type FolderFiles, folderFiles, isFolder } from './folder-files.ts';
import { answerQuestion, type RunOptions, readDocument } from './run-options.ts';
import type { Terminal } from './terminal/terminal.ts';
import { registerDocument } from './walk/attempt.ts';
import { docCodeOf } from './walk/document-code.ts';
import type { Clients } from './walk/phases.ts';
import { settleDocument } from './walk/settle-document.ts';
import { type Question, type WalkEnd, walkDocument } from './walk/walk.ts';
import { type RegisteredDocument, walkMany } from './walk/walk-many.ts';

/** What a folder holds; with --json a file is a folder of one. */
export function filesOf(path: string, { yes, docCode, title, json }: RunOptions): FolderFiles {
  if (json === true && !yes)
    throw new ClientFault(
      'A run with --json asks nothing. Look at the plans ("cutter plan"), then add --yes.',
    );
  if (!isFolder(path)) return { files: [{ path, docCode: docCode ?? docCodeOf(path) }], unfit: [] };
  if (docCode !== undefined || title !== undefined)
    throw new ClientFault(
      'A code and a title belong to one document. Leave --doc-code and --title out for a folder.',
    );
  const found = folderFiles(path);
  if (found.files.length + found.unfit.length === 0)
    throw new ClientFault(`${path} holds no document: no file that ends in .md or .txt.`);
  return found;
}

interface FolderPlace {
  readonly clients: Clients;
  readonly place: { readonly home: string; readonly ledger: string };
  readonly terminal: Terminal;
}

/** What a run of a folder does with its documents. Whose text it is, is never asked here: too many would be. */
export function folderSteps(
  options: RunOptions,
  { clients, place, terminal }: FolderPlace,
  print: (line: string) => void,
) {
  const { yes, acceptWarnings } = options;
  const quiet: Terminal = { ...terminal, interactive: false };
  return {
    // A person answers one question at a time.
    widthAlone: yes ? 4 : 1,
    async register({ path, docCode }: FolderFile): Promise<RegisteredDocument> {
      const document = { ...readDocument(path, options), docCode };
      const isCodeNamed = options.docCode !== undefined;
      const where = { ...place, docCode };
      const settled = await settleDocument({
        clients,
        document,
        path,
        place: where,
        isCodeNamed,
        terminal: quiet,
      });
      const { sourceId } = await registerDocument({
        clients,
        document,
        print: () => {},
        unregistered: settled.abandon,
      });
      return { document, sourceId };
    },
    walkMany: (batch: readonly RegisteredDocument[], progress: (line: string) => void) =>
      walkMany(batch, {
        clients,
        acceptsWarnings: !yes || acceptWarnings === true,
        showPlan: yes ? null : print,
        confirm: (question) => answerQuestion(question, options, terminal, print),
        progress,
      }),
    /** What was said on the way explains where it stopped. */
    async walkAlone({ document }: RegisteredDocument): Promise<WalkEnd> {
      const said: string[] = [];
      const say = yes ? (line: string) => void said.push(line) : print;
      if (!yes) print(document.docCode);
      const confirm = (question: Question) => answerQuestion(question, options, yes ? quiet : terminal, say);
      const end = await walkDocument({ clients, document, print: say, confirm });
      // Where nobody refused and the walk still stopped, its last words say why.
      if (yes && end.status === 'REVIEW_PENDING') throw new ClientFault(said.slice(-1).join(' '));
      return end;
    },
  };
}
