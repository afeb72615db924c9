import { describe, expect, test } from 'vitest';
import type { LaneKey } from '../../src/law/keys.ts';
import { assertLaneInvariants, laneProblems } from '../../src/law/lane-invariants.ts';
import { LaneMismatch } from '../../src/law/refusals.ts';
import { type CutFacts, cutStatement, type VerifyFacts, verifyStatement } from '../../src/law/statement.ts';
import { signedTimes, timesAhead } from '../../src/law/statement-time.ts';
import type { Lane } from '../../src/law/values.ts';
import { signStatement } from '../../src/ledger/envelope/sign.ts';
import type { NewSignature } from '../../src/ledger/tables/signature.ts';
import { judgeExecutorSignature } from '../../src/ledger/verify/verify-signature.ts';
import { preAuthEncoding } from '../../src/proof/dsse.ts';
import { publicKeyOf, verifyWithTweetnacl } from '../../src/proof/ed25519.ts';
import { keyIdOf } from '../../src/proof/keyid.ts';
import { expectGolden } from '../harness/golden.ts';

const keyOf = (lane: Lane, fill: number): LaneKey => {
  const seed = Buffer.alloc(32, fill);
  const publicKey = publicKeyOf(seed);
  return { lane, seed, publicKey, keyId: keyIdOf(publicKey) };
};
const EXECUTOR = keyOf('DOT-991', 1);
const VERIFIER = keyOf('DOT-992', 2);

const id = (digit: number) => `${String(digit).repeat(8)}-0000-5000-8000-000000000000`;
const digest = (digit: number) => `sha256:${String(digit).repeat(64)}`;

const CUT: CutFacts = {
  changeSetId: id(1),
  entryId: id(2),
  manifestId: id(3),
  manifestDigest: digest(4),
  reviewDecisionId: id(5),
  effectDigest: digest(6),
  counts: { records: 4, birth: 3, version: 0, unchanged: 0, vanished: 0 },
  priorSignature: null,
  toolRevision: 'cutter-ledger/0.1.0',
  principalId: id(7),
  personId: id(8),
  preparedAt: '2026-03-01T09:30:00.000001Z',
};
const VERIFY: VerifyFacts = {
  verifyResultId: id(9),
  changeSetId: id(1),
  entryId: id(2),
  manifestId: id(3),
  manifestDigest: digest(4),
  reviewDecisionId: id(5),
  effectDigest: digest(6),
  verdict: 'pass',
  axes: { a: 'pass', b: 'pass', c: 'pass' },
  checkedRows: 13,
  priorSignature: { signatureId: id(4), payloadHash: digest(7) },
  toolRevision: 'cutter-ledger/0.1.0',
  principalId: id(6),
  personId: id(5),
  preparedAt: '2026-03-01T09:31:00.000001Z',
};

const signed = (lane: Lane, key: LaneKey): NewSignature =>
  signStatement(
    {
      lane,
      signatureId: id(4),
      statement: lane === 'DOT-991' ? cutStatement(CUT) : verifyStatement(VERIFY),
      toolRevision: 'cutter-ledger/0.1.0',
      priorSignatureId: null,
      referenceId: lane === 'DOT-991' ? CUT.changeSetId : VERIFY.verifyResultId,
      dryRun: false,
    },
    { by: 'server', keyId: key.keyId, key },
    key,
  );

describe('statements: vectors frozen in git', () => {
  test('the executor and the verifier sign the same bytes for the same facts, for ever', () => {
    expectGolden(
      'statement-v1.json',
      `${JSON.stringify({ cut: signed('DOT-991', EXECUTOR), verify: signed('DOT-992', VERIFIER) }, null, 2)}\n`,
    );
  });

  test('so do callers who sign beforehand: their statement says until when it is accepted', () => {
    expectGolden(
      'statement-v2.json',
      `${JSON.stringify(
        {
          cut: cutStatement({ ...CUT, ...timesAhead(CUT.preparedAt) }),
          verify: verifyStatement({ ...VERIFY, ...timesAhead(VERIFY.preparedAt) }),
        },
        null,
        2,
      )}\n`,
    );
  });

  test('is judged by what happened between the two times, and by nothing else', () => {
    const times = timesAhead(CUT.preparedAt);
    const text = JSON.stringify(cutStatement({ ...CUT, ...times }));
    const moments = {
      '2026-03-01T09:30:00.000000Z': false,
      '2026-03-01T09:30:00.000001Z': true,
      '2026-03-01T09:45:00.000000Z': true,
      '2026-03-01T09:45:00.000001Z': false,
    };
    for (const [at, isGood] of Object.entries(moments))
      expect(signedTimes(text, at)).toEqual(isGood ? times : { preparedAt: at });
    // A server's statement is of its moment alone.
    const own = JSON.stringify(cutStatement(CUT));
    const later = '2026-03-01T09:31:00.000000Z';
    expect(signedTimes(own, later)).toEqual({ preparedAt: later });
    const longer = text.replace(times.acceptedUntil, '2026-03-01T10:30:00.000001Z');
    expect(signedTimes(longer, later)).toEqual({ preparedAt: later });
    for (const no of ['', 'null', '[]', '{"preparedAt":"2026-99-01T09:30:00.000001Z"}'])
      expect(signedTimes(no, later)).toEqual({ preparedAt: later });
  });

  test('each is good under tweetnacl, over the pre-authentication encoding', () => {
    for (const [row, key] of [
      [signed('DOT-991', EXECUTOR), EXECUTOR],
      [signed('DOT-992', VERIFIER), VERIFIER],
    ] as const) {
      const envelope = row.payload_envelope as { payloadType: string; signatures: [{ sig: string }] };
      const message = preAuthEncoding(envelope.payloadType, Buffer.from(row.signature_payload));
      const signature = Buffer.from(envelope.signatures[0].sig, 'base64');
      expect(verifyWithTweetnacl(key.publicKey, message, signature)).toEqual({ ok: true });
    }
  });

  test('a dry run signs nothing: its envelope has no signature', () => {
    const row = signStatement(
      {
        lane: 'DOT-991',
        signatureId: id(4),
        statement: cutStatement(CUT),
        toolRevision: 'x',
        priorSignatureId: null,
        referenceId: id(1),
        dryRun: true,
      },
      { by: 'server', keyId: EXECUTOR.keyId, key: EXECUTOR },
      EXECUTOR,
    );
    expect((row.payload_envelope as { signatures: unknown[] }).signatures).toEqual([]);
  });
});

describe('lane invariants: checked before a row is written', () => {
  const cases: [string, Partial<NewSignature>, Lane, LaneKey, string][] = [
    [
      'swapped lane',
      { cross_reference_change_set_id: null, cross_reference_verify_result_id: id(9) },
      'DOT-991',
      EXECUTOR,
      'swapped-lane',
    ],
    ['both references', { cross_reference_verify_result_id: id(9) }, 'DOT-991', EXECUTOR, 'both-references'],
    ['no reference', { cross_reference_change_set_id: null }, 'DOT-991', EXECUTOR, 'no-reference'],
    ['wrong kind', { signature_kind: 'verifier' }, 'DOT-991', EXECUTOR, 'wrong-kind'],
    ['wrong signer', { signer_dot_id: 'DOT-992' }, 'DOT-991', EXECUTOR, 'wrong-signer'],
  ];
  test.each(cases)('%s', (_, change, lane, key, code) => {
    const row = { ...signed('DOT-991', EXECUTOR), ...change };
    const problems = laneProblems(row, lane, key.lane);
    expect(problems.map((problem) => problem.code)).toContain(code);
    expect(() => assertLaneInvariants(row, lane, key)).toThrow(LaneMismatch);
    // The sentence has the first of them.
    expect(() => assertLaneInvariants(row, lane, key)).toThrow(problems[0]!.message);
  });

  test("executor's key on a verify statement, and the reverse", () => {
    expect(() => signed('DOT-992', EXECUTOR)).toThrow(LaneMismatch);
    expect(() => signed('DOT-991', VERIFIER)).toThrow(LaneMismatch);
  });

  test("a verify statement's envelope under the executor's lane", () => {
    const row = {
      ...signed('DOT-991', EXECUTOR),
      payload_envelope: signed('DOT-992', VERIFIER).payload_envelope,
    };
    expect(laneProblems(row, 'DOT-991', 'DOT-991').map((problem) => problem.code)).toEqual([
      'wrong-statement',
    ]);
  });

  test('a row that keeps every invariant has no problem', () => {
    expect(laneProblems(signed('DOT-991', EXECUTOR), 'DOT-991', 'DOT-991')).toEqual([]);
    expect(laneProblems(signed('DOT-992', VERIFIER), 'DOT-992', 'DOT-992')).toEqual([]);
  });
});

describe('judging the executor’s signature: the public key decides, a key id is never evidence', () => {
  const registered = (key: LaneKey) => ({
    lane: key.lane,
    principal_id: id(7),
    public_key: Buffer.from(key.publicKey).toString('base64'),
    until_position: null,
  });
  const judged = (row: NewSignature, key: LaneKey | null, facts: Omit<CutFacts, 'priorSignature'> = CUT) =>
    judgeExecutorSignature(
      {
        ...row,
        payload_envelope: row.payload_envelope as Record<string, unknown>,
        prior_payload_hash: null,
        revoked: false,
      },
      key === null ? null : registered(key),
      facts,
    ).map((finding) => finding.code);

  test('a good one has no finding', () => {
    expect(judged(signed('DOT-991', EXECUTOR), EXECUTOR)).toEqual([]);
  });
  test('a signature reused for another change set', () => {
    expect(judged(signed('DOT-991', EXECUTOR), EXECUTOR, { ...CUT, changeSetId: id(9) })).toContain(
      'signature-reused',
    );
  });
  test('a key that claims an id it does not have', () => {
    expect(judged(signed('DOT-991', keyOf('DOT-991', 9)), EXECUTOR)).toContain('signature-invalid');
  });
  test('a key that is not registered', () => {
    expect(judged(signed('DOT-991', EXECUTOR), null)).toContain('signature-key-unknown');
  });
  test('a key of the other lane', () => {
    expect(judged(signed('DOT-991', EXECUTOR), { ...EXECUTOR, lane: 'DOT-992' })).toContain(
      'signature-wrong-key-lane',
    );
  });
  test('every signed fact is bound: another value of any is found', () => {
    const other: Record<string, unknown> = { counts: { ...CUT.counts, birth: 4 } };
    for (const name of Object.keys(CUT).filter((key) => key !== 'priorSignature')) {
      const facts = { ...CUT, [name]: other[name] ?? 'other' } as CutFacts;
      expect(judged(signed('DOT-991', EXECUTOR), EXECUTOR, facts), name).toContain('signature-statement');
    }
  });
});
