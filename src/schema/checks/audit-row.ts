import type { AuditOutcome } from '../../auth/audit.ts';
import { Entry } from '../entry.ts';
import { wordEnum } from '../enums/word-enum.ts';
import { columnFields, connectionTypes, nounType, optionalNode, wordFields } from '../node.ts';
import { Principal } from '../principal.ts';

const AuditOutcomeEnum = wordEnum<AuditOutcome>('AuditOutcome', 'What became of a call.', {
  accepted: 'It changed the ledger: the row is read from its record in the log.',
  refused: 'It was refused, and changed nothing.',
  failed: 'It ended with an error. Whether it changed something is known once it is repeated.',
  unauthenticated: 'It came without a token that opens.',
  lost: 'Rows of the audit that could not be written; `calls` says how many.',
  dropped: 'Rows of the audit that the owner of the database removed; `calls` says how many.',
});

const AuditRow = nounType('AuditRow');

export const AuditRowConnection = connectionTypes('AuditRow', AuditRow, {
  equal: {
    auditId: 'UUID',
    principalId: 'UUID',
    tokenId: 'UUID',
    operation: 'String',
    outcome: AuditOutcomeEnum,
    refusal: 'String',
    requestId: 'String',
    address: 'String',
  },
  time: 'at',
  more: (t) => ({
    entryId: t.field({
      type: 'UUID',
      description: 'Only calls about this entry, sweeps that moved it among them. Null sets no condition.',
    }),
  }),
});

AuditRow.implement({
  description:
    'A call that changed the ledger, was refused or failed, or failed authentications. What an accepted call did is ' +
    'said by its record, so its row has no address and no arguments.',
  fields: (t) => ({
    ...columnFields(t, {
      auditId: ['UUID', 'Of an accepted call, the id of its record in the log.'],
      at: ['DateTime', 'When it ended; of an accepted call, the time of its transaction.'],
      operation: [
        'String',
        'The name of its field. Of an item of a list, that of the single verb. `authenticate` where no token opened; ' +
          '`key:…` and `resume` for records that the command line writes; `audit` for the audit itself.',
      ],
    }),
    ...wordFields(t, { outcome: [AuditOutcomeEnum, 'What became of it.'] }),
    ...columnFields(t, {
      refusal: [
        'String?',
        'The type of the refusal, the code of the error, or why the token did not open; null if accepted.',
      ],
      guard: ['String?', 'The guard that refused, e.g. `G-CUT-APPROVED`; null where no named guard did.'],
      position: ['Position?', 'The place in the log of its record; null where it wrote none.'],
      entryId: ['UUID?', 'The entry that it is about, if it is about one.'],
      principalId: ['UUID?', 'Who called; null where that is not known.'],
      tokenId: ['UUID?', 'The token that it came with; null where that is not known.'],
      requestId: ['String?', 'The name of the request, as `X-Request-Id` answered it.'],
      durationMs: ['Int?', 'How long it took; of an item of a list, how long the list took.'],
      address: [
        'String?',
        'The address that it came from, as the server sees it; of IPv6 the first 64 bits.',
      ],
      client: ['String?', 'What the program of the caller calls itself (`User-Agent`), unproven.'],
      arguments: [
        'JSON?',
        'Its arguments, with ids, digests and numbers alone: everything else is redacted.',
      ],
      calls: [
        'Int',
        'How many calls the row is about: failed authentications of one moment are counted together.',
      ],
    }),
    principal: optionalNode(t, Principal, 'Who called, and who answers for it.'),
    entry: optionalNode(t, Entry, 'The entry that it is about.'),
  }),
});
