import type { SourceView } from '../ledger/register-source.ts';
import { builder } from './builder.ts';

export const Source = builder.objectRef<SourceView>('Source').implement({
  description: 'A document as received: immutable bytes, addressed by their SHA-256.',
  fields: (t) => ({
    sourceId: t.expose('sourceId', { type: 'UUID', description: 'Names it in `mark` and `planCut`.' }),
    docCode: t.exposeString('docCode', {
      description: 'Short name of the document, first part of its addresses.',
    }),
    title: t.exposeString('title', { nullable: true, description: 'What people call it.' }),
    mediaType: t.exposeString('mediaType', { description: 'How its bytes are read.' }),
    digest: t.expose('digest', { type: 'Digest', description: 'SHA-256 of its bytes.' }),
    byteLength: t.exposeInt('byteLength', { description: 'How many bytes it has.' }),
  }),
});
