import type { QueryName } from '../../auth/query-authority.ts';
import type { NounName } from '../../reading/nouns/noun-name.ts';
import { NOUNS } from '../../reading/nouns/nouns.ts';
import { readPage } from '../../reading/read.ts';
import { READ_WHOLE } from '../../reading/whole.ts';
import { AddressAliasConnection } from '../../schema/address-alias.ts';
import { AffectedRowConnection } from '../../schema/affected-row.ts';
import { builder } from '../../schema/builder.ts';
import { ChangeSetConnection } from '../../schema/change-set.ts';
import { DependencyConnection } from '../../schema/dependency.ts';
import { EntryConnection } from '../../schema/entry.ts';
import { HistoryConnection } from '../../schema/history.ts';
import { ManifestConnection } from '../../schema/manifest.ts';
import { type Connection, pageArguments } from '../../schema/node.ts';
import { ReviewDecisionConnection } from '../../schema/review-decision.ts';
import { SignatureConnection } from '../../schema/signature.ts';
import { SweepConnection } from '../../schema/sweep.ts';
import { UnitBlockConnection } from '../../schema/unit-block.ts';
import { VerifyResultConnection } from '../../schema/verify-result.ts';

/** What a client may rely on that follows a list. */
const ORDER = {
  log:
    'In the order of the log, rows that are in it alone: a client that goes on from its last `endCursor` ' +
    'misses nothing and reads nothing twice.',
  key: 'In the order of their ids.',
} as const;

function connectionField(name: QueryName, noun: NounName, connection: Connection, description: string): void {
  builder.queryField(name, (t) =>
    t.field({
      type: connection.ref,
      description: `${description} ${ORDER[NOUNS[noun].seat.of === null ? 'key' : 'log']}`,
      extensions: READ_WHOLE,
      args: pageArguments(t.arg, connection),
      resolve: (_, _args, context, info) => readPage(context, info, noun),
    }),
  );
}

connectionField('entries', 'Entry', EntryConnection, 'The decision backlog.');
connectionField(
  'history',
  'History',
  HistoryConnection,
  'Every move of every entry that is in the log. `Entry.history` shows moves before they are integrated, too.',
);
connectionField('dependencies', 'Dependency', DependencyConnection, 'The edges between entries.');
connectionField('sweepPasses', 'Sweep', SweepConnection, 'The passes over the backlog.');
connectionField('manifests', 'Manifest', ManifestConnection, 'The plans that were reviewed.');
connectionField('unitBlocks', 'UnitBlock', UnitBlockConnection, 'The records of those plans.');
connectionField('reviewDecisions', 'ReviewDecision', ReviewDecisionConnection, 'What reviewers decided.');
connectionField('changeSets', 'ChangeSet', ChangeSetConnection, 'Cuts and compensations.');
connectionField('affectedRows', 'AffectedRow', AffectedRowConnection, 'What change sets wrote.');
connectionField('verifyResults', 'VerifyResult', VerifyResultConnection, 'What verifiers found.');
connectionField('signatures', 'Signature', SignatureConnection, 'The signatures of both lanes.');
connectionField('addressAliases', 'AddressAlias', AddressAliasConnection, 'Other addresses of units.');
