import type { DocumentView } from '../../ledger/document.ts';
import { builder } from '../../schema/builder.ts';

const Document = builder.objectRef<DocumentView>('Document').implement({
  description: 'What was registered under one document code.',
  fields: (t) => ({
    docCode: t.exposeString('docCode', { description: 'Short name of the document.' }),
    title: t.exposeString('title', {
      nullable: true,
      description: 'What people call it: the title of the text that was registered last with one.',
    }),
  }),
});

builder.queryField('document', (t) =>
  t.field({
    type: Document,
    nullable: true,
    description:
      'The document of a code; null where no text was registered under it, and for a token that is ' +
      'narrowed to entries. Scope `ledger:evidence`.',
    args: { docCode: t.arg.string({ required: true, description: 'The code.' }) },
    resolve: (_, { docCode }, { session, ledger }) =>
      session?.entryIds != null || docCode.includes('\0') || !docCode.isWellFormed()
        ? null
        : ledger.document(docCode),
  }),
);
