import { randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, test } from 'vitest';
import { rowDigestOf } from '../../src/law/record.ts';
import { verifyPassport } from '../../src/passport/verify.ts';
import { verifySignature } from '../../src/proof/ed25519.ts';
import type { Loose } from '../harness/cycle.ts';
import { seedOf } from '../harness/seeds.ts';
import { type Forgery, forged } from './passport-forge.ts';
import { type PassportGround, passportGround } from './passport-ground.ts';

let ground: PassportGround;
beforeAll(async () => {
  ground = await passportGround();
});

const judged = (bytes: Uint8Array) => verifyPassport(bytes, ground.keys, verifySignature);

type Cases = readonly (readonly [what: string, bytes: () => Uint8Array, reason: RegExp, where: string])[];

function refuses(cases: Cases): void {
  test.each(cases)('%s', (_, bytes, reason, where) => {
    expect(judged(bytes())).toEqual({ ok: false, reason: expect.stringMatching(reason), where });
  });
}

const WRITTEN_BY = { decision: 'review', changeSet: 'cut', compensation: 'verify' } as const;

/** The record of a part's phase says that it wrote one more row of its table. */
function hideRow(records: Loose, part: keyof typeof WRITTEN_BY, table: string): void {
  const { body } = records[WRITTEN_BY[part]];
  const shape = body.shapes.push({ columns: ['a'], op: 'insert', table }) - 1;
  body.rows.push([
    shape,
    randomUUID(),
    rowDigestOf({ columns: {}, id: 'a', op: 'insert', table }),
    'abcdefgh',
  ]);
}

describe('a ledger that breaks a rule and signs it with both keys is refused', () => {
  const forge = (forgery: Forgery | Forgery['edit']) => () =>
    forged(
      ground.text,
      ground.server.database.secrets,
      typeof forgery === 'function' ? { edit: forgery } : forgery,
    );
  const person = '00000000-0000-4000-8000-000000000001';
  refuses([
    [
      'marker and reviewer are one principal',
      forge((p) => (p.records.mark.body.principalId = p.records.review.body.principalId)),
      /^One principal, .*, both marked and reviewed this\.$/,
      'records.review.body',
    ],
    [
      'marker and reviewer are one person',
      forge((p) => (p.records.mark.body.personId = p.records.review.body.personId)),
      /^One person, .*, both marked and reviewed this\.$/,
      'records.review.body',
    ],
    [
      'executor and verifier are one person',
      forge((p) => (p.records.verify.body.personId = p.records.cut.body.personId)),
      /^One person, .*, both cut and verified this\.$/,
      'records.verify.body',
    ],
    [
      'executor and verifier are one principal',
      forge(
        (p) =>
          (p.records.verify.body.principalId = p.rows.result.columns.verified_by =
            p.records.cut.body.principalId),
      ),
      /^One principal, .*, both cut and verified this\.$/,
      'records.verify.body',
    ],
    ...(
      [
        ['the review', 'a second decision', 'decision'],
        ['the cut', 'a second change set', 'changeSet'],
        ['the verification that passed', 'a compensation', 'compensation'],
      ] as const
    ).map(
      ([record, row, part]) =>
        [
          `${record} wrote ${row}, which isn't shown`,
          forge({
            edit: () => {},
            afterwards: ({ records, rows }) => hideRow(records, part, (rows[part] ?? rows.changeSet).table),
          }),
          /is missing from the passport/,
          `rows.${part}`,
        ] as const,
    ),
    [
      'the lanes are swapped',
      forge({
        edit: () => {},
        afterwards: (p) =>
          ([p.rows.executorSignature, p.rows.verifierSignature] = [
            p.rows.verifierSignature,
            p.rows.executorSignature,
          ]),
      }),
      /wrote no row/,
      'rows.executorSignature',
    ],
    [
      'a signature of the other lane',
      forge((p) => {
        p.rows.executorSignature.columns.signer_dot_id = 'DOT-992';
      }),
      /the lanes are swapped/,
      'rows.executorSignature.columns.signer_dot_id',
    ],
    [
      'a signature for nothing',
      forge((p) => {
        p.rows.verifierSignature.columns.cross_reference_change_set_id = p.changeSetId;
      }),
      /has to refer to a verify result, and to nothing else/,
      'rows.verifierSignature.columns',
    ],
    [
      'a record of the other lane',
      forge((p) => (p.records.cut.body.lane = 'DOT-992')),
      /written by lane DOT-992; cut belongs to DOT-991/,
      'records.cut.body',
    ],
    [
      'a rejection',
      forge((p) => (p.rows.decision.columns.verdict = 'reject')),
      /didn't approve: its verdict is reject/,
      'rows.decision.columns.verdict',
    ],
    [
      'an approval of another manifest',
      forge((p) => (p.rows.decision.columns.manifest_version = `sha256:${'0'.repeat(64)}`)),
      /The approval is for the manifest sha256:0+/,
      'rows.decision.columns.manifest_version',
    ],
    [
      'an approval of one block',
      forge((p) => (p.rows.decision.columns.manifest_unit_local_id = 'r0')),
      /for a part of the manifest/,
      'rows.decision.columns',
    ],
    [
      'an approval that says that its reviewer looked at other records',
      forge((p) => (p.rows.decision.columns.findings.reviewed.records += 1)),
      /^Of the approved plan, the records that its reviewer looked at are sha256:/,
      'rows.decision.columns.findings',
    ],
    [
      'an approval that carries over a record and relies on nobody',
      forge((p) => (p.rows.blocks[1].columns.payload_summary.approved_by = randomUUID())),
      /^Of the approved plan, records are carried over \(1\), and the decision relies on no earlier approval\.$/,
      'rows.decision.columns.findings',
    ],
    [
      'an approval that had expired',
      forge((p) => (p.rows.decision.columns.expires_at = p.rows.changeSet.columns.emitted_at)),
      /^The approval expired at .*, and the cut was made at/,
      'rows.decision.columns.expires_at',
    ],
    [
      'an approval not in force yet',
      forge((p) => (p.rows.decision.columns.findings.not_before = '2999-01-01T00:00:00.000000Z')),
      /in force from 2999/,
      'rows.decision.columns.findings',
    ],
    [
      'an approval by somebody else',
      forge((p) => (p.rows.decision.columns.decided_by = person)),
      /names another reviewer/,
      'rows.decision.columns',
    ],
    [
      'a cut on another approval',
      forge(
        (p) =>
          (p.rows.changeSet.columns.review_decision_id = p.rows.result.columns.review_decision_id = person),
      ),
      /relies on decision 00000000/,
      'rows.changeSet.columns.review_decision_id',
    ],
    [
      'a cut by somebody else',
      forge((p) => (p.rows.changeSet.columns.emitted_by = person)),
      /names another executor/,
      'rows.changeSet.columns.emitted_by',
    ],
    [
      'a review after the cut',
      forge(
        (p) =>
          ([p.records.review.position, p.records.cut.position] = [
            p.records.cut.position,
            p.records.review.position,
          ]),
      ),
      /cut is at position \d+, which is not after review/,
      'records.cut.position',
    ],
    [
      'a byte left out',
      forge((p) => (p.rows.blocks[1].columns.source_span.start += 1)),
      /a byte is left out or covered twice/,
      'rows.blocks.1.columns.source_span',
    ],
    [
      'bytes left out at the end',
      forge((p) => (p.rows.blocks[0].columns.payload_summary.header.byteLength += 1)),
      /the manifest's header says/,
      'rows.blocks',
    ],
    [
      'an excluded stretch with another text',
      forge(
        (p) =>
          (p.rows.blocks[0].columns.payload_summary.text =
            p.rows.blocks[0].columns.payload_summary.text.replace('title', 'tilte')),
      ),
      /text of the excluded stretch/,
      'rows.blocks.0.columns.payload_summary.text',
    ],
    [
      'another source',
      forge(
        (p) => (p.rows.blocks[0].columns.payload_summary.header.sourceDigest = `sha256:${'1'.repeat(64)}`),
      ),
      /^The source's digest is/,
      'rows.blocks.0',
    ],
    [
      'another unit kind',
      forge((p) => (p.rows.blocks[2].columns.payload_summary.kind = 'paragraph')),
      /the one that is shown here is/,
      'rows.decision.columns.manifest_version',
    ],
    [
      'another effect',
      forge((p) => (p.rows.changeSet.columns.effect_digest = `sha256:${'2'.repeat(64)}`)),
      /^The plan's effect has the digest/,
      'rows.changeSet.columns.effect_digest',
    ],
    [
      'another count',
      forge((p) => (p.rows.changeSet.columns.payload_summary.counts.birth = 7)),
      /counts aren't those of its plan/,
      'rows.changeSet.columns.payload_summary.counts',
    ],
    [
      'a vanished unit that is not told',
      forge((p) => (p.rows.blocks.at(-1).columns.payload_summary.version_seq = 9)),
      /^The plan's effect has the digest/,
      'rows.changeSet.columns.effect_digest',
    ],
    [
      'an affected row for another text',
      forge(
        (p) => (p.rows.affected[0].columns.after_state_snapshot.content_hash = `sha256:${'3'.repeat(64)}`),
      ),
      /^Affected row 0 \(.*\) has sha256:3+ for its content hash; the approved plan says/,
      'rows.affected.0',
    ],
    [
      'an affected row under another parent',
      forge((p) => (p.rows.affected[1].columns.after_state_snapshot.parent_unit_id = null)),
      /for its parent/,
      'rows.affected.1',
    ],
    [
      'a verdict against its axes',
      forge((p) => (p.rows.result.columns.findings.axes.b = 'fail')),
      /^The verdict is pass, and the axes are/,
      'rows.result.columns.verdict',
    ],
    [
      'a verdict on another effect',
      forge((p) => (p.rows.result.columns.effect_digest = `sha256:${'4'.repeat(64)}`)),
      /^The verifier found the effect/,
      'rows.result.columns.effect_digest',
    ],
    [
      'a verdict on another change set',
      forge((p) => (p.rows.result.columns.change_set_id = person)),
      /^The verified change set is/,
      'rows.result.columns.change_set_id',
    ],
    [
      'a failure without compensation',
      forge((p) => {
        p.rows.result.columns.verdict = 'fail';
        p.rows.result.columns.findings.axes.a = p.rows.result.columns.axis_1_status = 'fail';
      }),
      /The verification failed; the change set that compensates/,
      'rows.compensation',
    ],
    [
      'the executor signed other facts',
      forge({
        edit: () => {},
        say: (statement, lane) => {
          if (lane === 'DOT-991') statement.entryId = person;
        },
      }),
      /^The executor signed another entryId than the rows give/,
      'rows.executorSignature.columns.signature_payload',
    ],
    [
      'the verifier signed another verdict',
      forge({
        edit: () => {},
        say: (statement, lane) => {
          if (lane === 'DOT-992') statement.verdict = 'fail';
        },
      }),
      /^The verifier signed another verdict/,
      'rows.verifierSignature.columns.signature_payload',
    ],
    [
      'the verifier follows another signature',
      forge((p) => (p.rows.verifierSignature.columns.prior_signature_id = person)),
      /^The signature before the verifier's is/,
      'rows.verifierSignature.columns.prior_signature_id',
    ],
    [
      'a signature that was revoked',
      forge((p) => (p.rows.executorSignature.columns.validation_state = 'revoked')),
      /was revoked when it was written/,
      'rows.executorSignature.columns',
    ],
    [
      'a stranger signed',
      forge({ edit: () => {}, seeds: { 'DOT-991': Buffer.alloc(32, 9) } }),
      /^The executor signed with key ed25519:\w+, which the keys given don't have\.$/,
      'rows.executorSignature.columns.payload_envelope',
    ],
  ]);

  test("a lane signed with the other's key", () => {
    const { secrets } = ground.server.database;
    const seed = seedOf(secrets, 'DOT-991') as Uint8Array;
    const verdict = judged(forged(ground.text, secrets, { edit: () => {}, seeds: { 'DOT-992': seed } }));
    expect(verdict).toMatchObject({
      ok: false,
      reason: expect.stringMatching(/belongs to DOT-991; statements of DOT-992 need its own key/),
    });
  });
});
