import type { Checkpoint as SignedHead } from '../log/checkpoint/checkpoint.ts';
import type { Witnessed } from '../log/checkpoint/witness-cosignatures.ts';
import type { StoredRecord } from '../log/tree/proofs.ts';
import type { ConsistencyProof as Consistency, InclusionProof as Inclusion } from '../log/tree/tree.ts';
import { builder } from './builder.ts';

const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64');

const WitnessCosignature = builder.objectRef<Witnessed>('WitnessCosignature').implement({
  description:
    'That an outside witness saw this head as the continuation of those before it (C2SP tlog-cosignature, ' +
    'cosignature/v1).',
  fields: (t) => ({
    name: t.exposeString('name', {
      description:
        'The name of the witness in its key. Believe a name only if the line verifies under a key that you know.',
    }),
    timestamp: t.field({
      type: 'DateTime',
      description: 'When the witness saw it, by its own clock.',
      resolve: ({ timestamp }) => new Date(timestamp * 1000).toISOString().replace('.000Z', '.000000Z'),
    }),
    signature: t.exposeString('line', {
      description:
        "Its signature line: put behind the note's own, it makes a note that any C2SP client reads.",
    }),
  }),
});

export const CheckpointType = builder.objectRef<SignedHead>('Checkpoint').implement({
  description:
    'A head of the log that both lanes have signed (C2SP tlog-checkpoint). With it, anybody can prove any ' +
    'later change of what it covers.',
  fields: (t) => ({
    origin: t.exposeString('origin', { description: 'Which ledger: `cutter/` and its incarnation.' }),
    size: t.field({
      type: 'Position',
      description: 'How many positions it covers.',
      resolve: (head) => String(head.size),
    }),
    root: t.field({
      type: 'Base64',
      description: 'The root of the RFC 6962 tree over those positions.',
      resolve: (head) => base64(head.root),
    }),
    note: t.exposeString('note', {
      description: 'The signed note: the text, an empty line, and one signature line of each lane.',
    }),
    witnesses: t.field({
      type: [WitnessCosignature],
      description:
        'What outside witnesses have said of it so far. No head waits for them, and the newest may have none yet.',
      resolve: (head, _args, { proofs }) => proofs.witnesses(head),
    }),
  }),
});

export const InclusionProofType = builder.objectRef<Inclusion>('InclusionProof').implement({
  description: 'That a record is at its position (RFC 9162 §2.1.3).',
  fields: (t) => ({
    position: t.field({
      type: 'Position',
      description: "The record's position: the leaf's index.",
      resolve: (proof) => String(proof.position),
    }),
    size: t.field({
      type: 'Position',
      description: 'How many positions the tree has.',
      resolve: (proof) => String(proof.size),
    }),
    recordHash: t.expose('recordHash', { type: 'Digest', description: "SHA-256 of the record's body." }),
    leafHash: t.field({
      type: 'Base64',
      description: "The leaf: SHA-256 of a zero byte and the record hash's 32 bytes.",
      resolve: (proof) => base64(proof.leafHash),
    }),
    hashes: t.field({
      type: ['Base64'],
      description: "The audit path, from the leaf's sibling up.",
      resolve: (proof) => proof.hashes.map(base64),
    }),
    root: t.field({
      type: 'Base64',
      description: 'The root that it leads to; compare it with the one of a checkpoint of this size.',
      resolve: (proof) => base64(proof.root),
    }),
  }),
});

export const ConsistencyProofType = builder.objectRef<Consistency>('ConsistencyProof').implement({
  description: 'That the log of one size is the beginning of the log of another (RFC 9162 §2.1.4).',
  fields: (t) => ({
    from: t.field({
      type: 'Position',
      description: 'The smaller size.',
      resolve: (proof) => String(proof.from),
    }),
    to: t.field({ type: 'Position', description: 'The larger size.', resolve: (proof) => String(proof.to) }),
    fromRoot: t.field({
      type: 'Base64',
      description: 'The root of the smaller size.',
      resolve: (proof) => base64(proof.fromRoot),
    }),
    toRoot: t.field({
      type: 'Base64',
      description: 'The root of the larger size.',
      resolve: (proof) => base64(proof.toRoot),
    }),
    hashes: t.field({
      type: ['Base64'],
      description: 'The proof; empty from "0" and from a size to itself.',
      resolve: (proof) => proof.hashes.map(base64),
    }),
  }),
});

export const LogRecordType = builder.objectRef<StoredRecord>('LogRecord').implement({
  description: 'What one transaction wrote, as the log holds it.',
  fields: (t) => ({
    position: t.expose('position', { type: 'Position', description: 'Its place in the log.' }),
    recordId: t.expose('record_id', { type: 'UUID', description: 'Identifies the record.' }),
    recordHash: t.expose('record_hash', { type: 'Digest', description: 'SHA-256 of `body` in UTF-8.' }),
    rowIds: t.expose('row_ids', {
      type: ['UUID'],
      description: 'The rows that it inserted, in the order of the record.',
    }),
    body: t.exposeString('body', { description: 'The record, canonical JSON (RFC 8785).' }),
  }),
});
