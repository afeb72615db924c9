import type { Session } from '../../auth/session.ts';
import { badInput } from '../../reading/bad-input.ts';
import { builder } from '../../schema/builder.ts';
import { IncarnationType } from '../../schema/incarnation.ts';
import {
  CheckpointType,
  ConsistencyProofType,
  InclusionProofType,
  LogRecordType,
} from '../../schema/proof.ts';
import { SigningKeyType } from '../../schema/signing-key.ts';

builder.queryField('checkpoint', (t) =>
  t.field({
    type: CheckpointType,
    nullable: true,
    description:
      'The newest head of the log that both lanes have signed. Null before the first one. Scope `ledger:observe`.',
    resolve: (_, _args, { proofs }) => proofs.checkpoint(),
  }),
);

builder.queryField('inclusionProof', (t) =>
  t.field({
    type: InclusionProofType,
    nullable: true,
    description:
      'Proves that a record is at its position in the log. Null if the tree of that size has no such ' +
      'position, or has not grown so far. Scope `ledger:observe`.',
    args: {
      position: t.arg({ type: 'Position', required: true, description: "The record's position." }),
      size: t.arg({
        type: 'Position',
        description: 'How many positions the tree has; absent: as many as the newest checkpoint.',
      }),
    },
    resolve: (_, { position, size }, { proofs }) =>
      proofs.inclusionProof(
        placeOf('position', position),
        size === null || size === undefined ? null : placeOf('size', size),
      ),
  }),
);

builder.queryField('consistencyProof', (t) =>
  t.field({
    type: ConsistencyProofType,
    nullable: true,
    description:
      'Proves that the log of one size is the beginning of the log of another: nothing that was there has ' +
      'changed. Null if the log has not grown so far. Scope `ledger:observe`.',
    args: {
      from: t.arg({ type: 'Position', required: true, description: 'The smaller size.' }),
      to: t.arg({ type: 'Position', required: true, description: 'The larger size.' }),
    },
    resolve: (_, args, { proofs }) => {
      const [from, to] = [placeOf('from', args.from), placeOf('to', args.to)];
      if (from > to) throw badInput('from', 'must not be larger than to');
      return proofs.consistencyProof(from, to);
    },
  }),
);

builder.queryField('record', (t) =>
  t.field({
    type: LogRecordType,
    nullable: true,
    description:
      'One record of the log, whole. Null where there is none, and for a token narrowed to entries unless ' +
      'the record moves those alone. Scope `ledger:evidence`.',
    args: { position: t.arg({ type: 'Position', required: true, description: 'Its position.' }) },
    resolve: (_, { position }, { proofs, session }) =>
      proofs.record(session as Session, placeOf('position', position)),
  }),
);

builder.queryField('keys', (t) =>
  t.field({
    type: [SigningKeyType],
    description:
      "The lanes' public keys, present and former, in the order in which they became valid. With them, " +
      'anybody can judge the ledger without this server. Scope `ledger:observe`.',
    resolve: async (_, _args, { proofs }) => [...(await proofs.keys())],
  }),
);

builder.queryField('incarnations', (t) =>
  t.field({
    type: [IncarnationType],
    description:
      'The names that the ledger has had, the oldest first and the present one last: one, unless its ' +
      'database was set back and both lanes accepted where it goes on. Scope `ledger:observe`.',
    resolve: async (_, _args, { proofs }) => [...(await proofs.incarnations())],
  }),
);

/** A place in the log; what is beyond every log is bad input, so that nothing is rounded. */
function placeOf(argument: string, text: string): number {
  const place = Number(text);
  if (!/^(0|[1-9]\d{0,15})$/.test(text) || !Number.isSafeInteger(place))
    throw badInput(argument, 'must be a place in the log: a whole number from "0", as a decimal string');
  return place;
}
