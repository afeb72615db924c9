import { Document } from './document.ts';
import { EntryConnection } from './entry.ts';
import {
  columnFields,
  connectionTypes,
  ENTITY,
  entityId,
  nounType,
  optionalNode,
  pagedNodes,
  placeInLog,
  requiredNode,
} from './node.ts';
import { Principal } from './principal.ts';

export const Source = nounType('Source');

export const SourceConnection = connectionTypes('Source', Source, {
  equal: { sourceId: 'UUID', docCode: 'String', digest: 'Digest', registeredBy: 'String' },
  time: 'registeredAt',
  sorts: { DOC_CODE: 'By `docCode`.' },
});

Source.implement({
  description: 'A document as received: immutable bytes, addressed by their SHA-256.',
  interfaces: [ENTITY],
  fields: (t) => ({
    ...entityId(t),
    ...columnFields(t, {
      sourceId: ['UUID', 'Names it in `mark` and `planCut`.'],
      docCode: ['String', 'Short name of the document, first part of its addresses.'],
      title: ['String?', 'What people call it.'],
      mediaType: ['String', 'How its bytes are read: `text/markdown` or `text/plain`.'],
      digest: ['Digest', 'SHA-256 of its bytes.'],
      byteLength: ['Int', 'How many bytes it has.'],
      registeredBy: ['String', 'The principal that registered it.'],
      registeredAt: ['DateTime', 'The time of the transaction.'],
      text: ['String?', 'Its bytes as text; null where they are not UTF-8.'],
      base64: ['Base64', 'Its bytes, as they were received.'],
    }),
    ...placeInLog(t),
    document: requiredNode(t, Document, 'The document it is a text of.'),
    entries: pagedNodes(t, EntryConnection, 'The work items that cut it. Scope `ledger:observe`.'),
    registeredByPrincipal: optionalNode(
      t,
      Principal,
      'The principal that registered it. Scope `ledger:observe`.',
    ),
  }),
});
