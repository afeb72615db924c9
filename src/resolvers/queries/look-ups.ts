import type { QueryName } from '../../auth/query-authority.ts';
import type { NounName } from '../../reading/nouns/noun-name.ts';
import { findNode } from '../../reading/read.ts';
import { READ_WHOLE } from '../../reading/whole.ts';
import { AddressAlias } from '../../schema/address-alias.ts';
import { AffectedRow } from '../../schema/affected-row.ts';
import { builder } from '../../schema/builder.ts';
import { ChangeSet } from '../../schema/change-set.ts';
import { Dependency } from '../../schema/dependency.ts';
import { Entry } from '../../schema/entry.ts';
import { History } from '../../schema/history.ts';
import { Manifest } from '../../schema/manifest.ts';
import { ReviewDecision } from '../../schema/review-decision.ts';
import { Signature } from '../../schema/signature.ts';
import { Sweep } from '../../schema/sweep.ts';
import { UnitBlock } from '../../schema/unit-block.ts';
import { VerifyResult } from '../../schema/verify-result.ts';

function lookUp(name: QueryName, noun: NounName, type: typeof Entry, id: string, description: string): void {
  builder.queryField(name, (t) =>
    t.field({
      type,
      nullable: true,
      description: `${description} Null where there is none.`,
      extensions: READ_WHOLE,
      args: { [id]: t.arg({ type: 'UUID', required: true, description: `Its \`${id}\`.` }) },
      resolve: (_, args, context, info) => findNode(context, info, noun, [[id, args[id] as string]]),
    }),
  );
}

lookUp('entry', 'Entry', Entry, 'entryId', 'One entry.');
lookUp('historyRow', 'History', History, 'historyId', 'One move of an entry.');
lookUp('dependency', 'Dependency', Dependency, 'dependencyId', 'One edge between entries.');
lookUp('sweepPass', 'Sweep', Sweep, 'sweepId', 'One pass over the backlog.');
lookUp('manifest', 'Manifest', Manifest, 'envelopeId', 'One plan.');
lookUp('reviewDecision', 'ReviewDecision', ReviewDecision, 'reviewDecisionId', 'One decision.');
lookUp('changeSet', 'ChangeSet', ChangeSet, 'changeSetId', 'One cut or compensation.');
lookUp('affectedRow', 'AffectedRow', AffectedRow, 'affectedRowId', 'One row that a change set wrote.');
lookUp('verifyResult', 'VerifyResult', VerifyResult, 'verifyResultId', 'One verdict.');
lookUp('signature', 'Signature', Signature, 'signatureId', 'One signature.');
lookUp('addressAlias', 'AddressAlias', AddressAlias, 'aliasId', 'One alias.');

builder.queryField('entryByKey', (t) =>
  t.field({
    type: Entry,
    nullable: true,
    description:
      'The entry that was marked with a key: what became of a call whose answer was lost. Null where there is none.',
    extensions: READ_WHOLE,
    args: { idempotencyKey: t.arg.string({ required: true, description: 'The key of the mark.' }) },
    resolve: (_, { idempotencyKey }, context, info) =>
      findNode(context, info, 'Entry', [['idempotencyKey', idempotencyKey, 'idempotencyKey']]),
  }),
);

builder.queryField('unitBlock', (t) =>
  t.field({
    type: UnitBlock,
    nullable: true,
    description: 'One record of a plan. Null where there is none.',
    extensions: READ_WHOLE,
    args: {
      envelopeId: t.arg({ type: 'UUID', required: true, description: 'Its manifest.' }),
      unitLocalId: t.arg.string({ required: true, description: 'Its name inside the manifest.' }),
    },
    resolve: (_, { envelopeId, unitLocalId }, context, info) =>
      findNode(context, info, 'UnitBlock', [
        ['envelopeId', envelopeId],
        ['unitLocalId', unitLocalId],
      ]),
  }),
);
