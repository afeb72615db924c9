import { badInput } from '../../reading/bad-input.ts';
import { pastOf } from '../../reading/bind.ts';
import { findNode, readPage } from '../../reading/read.ts';
import { READ_WHOLE } from '../../reading/whole.ts';
import { builder } from '../../schema/builder.ts';
import { Document, DocumentConnection } from '../../schema/document.ts';
import { pageArguments } from '../../schema/node.ts';
import { Principal, PrincipalConnection } from '../../schema/principal.ts';
import { Source, SourceConnection } from '../../schema/source.ts';
import { Unit, UnitConnection } from '../../schema/unit.ts';

builder.queryField('documents', (t) =>
  t.field({
    type: DocumentConnection.ref,
    description: 'The documents, in the order of their codes. Scope `document:read`.',
    extensions: READ_WHOLE,
    args: pageArguments(t.arg, DocumentConnection),
    resolve: (_, _args, context, info) => readPage(context, info, 'Document'),
  }),
);

builder.queryField('document', (t) =>
  t.field({
    type: Document,
    nullable: true,
    description: 'The document of a code; null where no text was registered under it. Scope `document:read`.',
    extensions: READ_WHOLE,
    args: { docCode: t.arg.string({ required: true, description: 'The code of the document.' }) },
    resolve: (_, { docCode }, context, info) => findNode(context, info, 'Document', [['docCode', docCode]]),
  }),
);

builder.queryField('sources', (t) =>
  t.field({
    type: SourceConnection.ref,
    description: 'The documents as received, in the order of the log. Scope `document:read`.',
    extensions: READ_WHOLE,
    args: pageArguments(t.arg, SourceConnection),
    resolve: (_, _args, context, info) => readPage(context, info, 'Source'),
  }),
);

builder.queryField('source', (t) =>
  t.field({
    type: Source,
    nullable: true,
    description:
      'A document as received, by its id; or by its bytes, where one document alone has them. ' +
      'Null where there is none. Scope `document:read`.',
    extensions: READ_WHOLE,
    args: {
      sourceId: t.arg({ type: 'UUID', description: 'Its `sourceId`.' }),
      digest: t.arg({ type: 'Digest', description: 'SHA-256 of its bytes.' }),
    },
    resolve: (_, { sourceId, digest }, context, info) => {
      const [name, value, column] = oneOf('source', [
        ['sourceId', sourceId, 'source_id'],
        ['digest', digest, 'sha256'],
      ]);
      return findNode(context, info, 'Source', [[name, value, column]]);
    },
  }),
);

builder.queryField('units', (t) =>
  t.field({
    type: UnitConnection.ref,
    description:
      'The current units: with `docCode`, those of one document in its order; else in the order of their ' +
      'addresses. Scope `document:read`.',
    extensions: READ_WHOLE,
    args: pageArguments(t.arg, UnitConnection),
    resolve: (_, { filter }, context, info) => {
      const asked: Readonly<Record<string, unknown>> = filter ?? {};
      const inOrder = asked['docCode'] != null && (asked['state'] ?? 'CURRENT') === 'CURRENT';
      return readPage(context, info, inOrder ? 'UnitInOrder' : 'Unit');
    },
  }),
);

builder.queryField('unit', (t) =>
  t.field({
    type: Unit,
    nullable: true,
    description:
      'One unit, in whatever state: now, or as it was. Null where there is none, or was none yet. ' +
      'Scope `document:read`.',
    extensions: READ_WHOLE,
    args: {
      address: t.arg.string({ description: 'Its address.' }),
      unitId: t.arg({ type: 'UUID', description: 'Its `unitId`.' }),
      at: t.arg({ type: 'Position', description: 'As it was after this position of the log.' }),
      asOf: t.arg({
        type: 'DateTime',
        description: 'As it was after the newest change set whose `emittedAt` is this time or earlier.',
      }),
    },
    resolve: (_, { address, unitId, at, asOf }, context, info) => {
      const [name, value, column] = oneOf('unit', [
        ['address', address, 'canonical_address'],
        ['unitId', unitId, 'unit_id'],
      ]);
      return findNode(context, info, 'Unit', [[name, value, column]], {
        past: pastOf(at, asOf, 'unit('),
      });
    },
  }),
);

builder.queryField('principals', (t) =>
  t.field({
    type: PrincipalConnection.ref,
    description: 'Who may act, or could once, in the order of their ids. Scope `ledger:observe`.',
    extensions: READ_WHOLE,
    args: pageArguments(t.arg, PrincipalConnection),
    resolve: (_, _args, context, info) => readPage(context, info, 'Principal'),
  }),
);

builder.queryField('principal', (t) =>
  t.field({
    type: Principal,
    nullable: true,
    description: 'One principal. Null where there is none. Scope `ledger:observe`.',
    extensions: READ_WHOLE,
    args: { principalId: t.arg({ type: 'UUID', required: true, description: 'Its `principalId`.' }) },
    resolve: (_, { principalId }, context, info) =>
      findNode(context, info, 'Principal', [['principalId', principalId]]),
  }),
);

type Key = readonly [name: string, value: string, column: string];

/** The one of these arguments that is given. */
function oneOf(
  field: string,
  keys: readonly (readonly [name: string, value: string | null | undefined, column: string])[],
): Key {
  const given = keys.filter((key): key is Key => key[1] != null);
  const [only] = given;
  if (only !== undefined && given.length === 1) return only;
  const names = keys.map(([name]) => name).join(' or ');
  throw badInput(field, `needs ${names}, and one of them alone.`);
}
