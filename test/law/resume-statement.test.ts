import { describe, expect, test } from 'vitest';
import { keyFrom } from '../../src/keys/custody.ts';
import type { LaneKey } from '../../src/law/keys.ts';
import {
  incarnationAfter,
  judgeResumption,
  type ResumeFacts,
  resumeStatement,
  signResume,
} from '../../src/law/resume-statement.ts';
import type { Lane } from '../../src/law/values.ts';
import { canonicalJson } from '../../src/proof/canonical.ts';
import { signEnvelope } from '../../src/proof/dsse.ts';
import { verifySignature, verifyWithTweetnacl } from '../../src/proof/ed25519.ts';
import { derivedId } from '../../src/proof/uuid.ts';
import { expectGolden } from '../harness/golden.ts';

const keyOf = (lane: Lane, fill: number) => keyFrom(lane, Buffer.alloc(32, fill).toString('base64'));
const EXEC = keyOf('DOT-991', 1);
const VERIFY = keyOf('DOT-992', 2);
const STRANGER = keyOf('DOT-992', 3);

function facts(lane: Lane, more: Partial<ResumeFacts> = {}): ResumeFacts {
  return {
    previous: '6c0a3f5e-7d1b-4c1e-9b57-2f4e8a90d144',
    position: '17',
    root: Buffer.alloc(32, 9).toString('base64'),
    seen: { size: '20', root: null },
    lane,
    principalId: derivedId(`principal ${lane}`),
    personId: derivedId(`person ${lane}`),
    reason: null,
    preparedAt: '2026-03-01T09:30:00.000001Z',
    ...more,
  };
}
const exec = (more: Partial<ResumeFacts> = {}, key: LaneKey = EXEC) =>
  signResume(facts('DOT-991', more), key);
const other = (more: Partial<ResumeFacts> = {}, key: LaneKey = VERIFY) =>
  signResume(facts('DOT-992', more), key);

const inForce = (keyId: string, lane: Lane) =>
  [EXEC, VERIFY].find((key) => key.keyId === keyId && key.lane === lane)?.publicKey ?? null;
const judge = (envelopes: readonly unknown[], engine = verifySignature) =>
  judgeResumption(envelopes, inForce, engine);

/** A statement with another member than its form has, rightly signed. */
const said = (lane: Lane, key: LaneKey, change: object) =>
  signEnvelope(
    'application/vnd.cutter.resume.v1+json',
    Buffer.from(canonicalJson({ ...(resumeStatement(facts(lane)) as object), ...change } as never)),
    key,
  );

describe('what both lanes accept', () => {
  test('is believed by both engines, and names the incarnation that follows', () => {
    for (const engine of [verifySignature, verifyWithTweetnacl])
      expect(judge([exec(), other({ seen: { size: '21', root: null } })], engine)).toEqual({
        previous: facts('DOT-991').previous,
        incarnation: incarnationAfter(facts('DOT-991')),
        position: 17,
        root: Buffer.alloc(32, 9),
        seenSize: 21,
      });
  });

  test('names another incarnation for another position, root or past', () => {
    const names = [
      {},
      { position: '18' },
      { root: Buffer.alloc(32, 8).toString('base64') },
      { previous: derivedId('x') },
    ];
    expect(new Set(names.map((more) => incarnationAfter(facts('DOT-991', more)))).size).toBe(4);
  });

  test.each<readonly [string, readonly unknown[], string | RegExp]>([
    ['one lane alone', [exec()], 'Both lanes have to accept, and 1 did.'],
    ['one lane twice', [exec(), exec()], `The key ${EXEC.keyId} is not one of DOT-992 in force.`],
    ['the lanes changed about', [other(), exec()], `The key ${VERIFY.keyId} is not one of DOT-991 in force.`],
    [
      'no envelope',
      [exec(), {}],
      /^What DOT-992 accepted is no envelope of that kind: envelope_malformed\.$/,
    ],
    ['a key that is not in force', [exec(), other({}, STRANGER)], /is not one of DOT-992 in force\.$/],
    [
      'a signature of another',
      [
        exec(),
        { ...other(), signatures: [{ keyid: VERIFY.keyId, sig: other({}, STRANGER).signatures[0]?.sig }] },
      ],
      'The signature of DOT-992 does not verify: signature_mismatch.',
    ],
    [
      'an envelope of another kind',
      [exec(), signEnvelope('application/vnd.cutter.key.v1+json', Buffer.from('{}'), VERIFY)],
      /payload_type_unexpected/,
    ],
    [
      'a statement with a member more',
      [exec(), said('DOT-992', VERIFY, { more: 1 })],
      /is not of the form of such a statement/,
    ],
    [
      'a statement of the other lane',
      [exec(), said('DOT-991', VERIFY, {})],
      'What DOT-992 accepted is a statement of DOT-991.',
    ],
    ['another position', [exec(), other({ position: '16' })], 'The lanes accepted another position.'],
    [
      'another root',
      [exec(), other({ root: Buffer.alloc(32).toString('base64') })],
      'The lanes accepted another root.',
    ],
    ['another past', [exec(), other({ previous: derivedId('x') })], 'The lanes accepted another previous.'],
    [
      'one person for both',
      [exec(), other({ personId: derivedId('person DOT-991') })],
      'One person accepted for both lanes.',
    ],
    [
      'an incarnation of their choice',
      [
        said('DOT-991', EXEC, { incarnation: derivedId('x') }),
        said('DOT-992', VERIFY, { incarnation: derivedId('x') }),
      ],
      'The incarnation that was accepted is not the one that follows.',
    ],
  ])('is refused: %s', (_, envelopes, why) => {
    expect(judge(envelopes)).toMatch(typeof why === 'string' ? new RegExp(`^${RegExp.escape(why)}$`) : why);
  });

  test('is frozen', () => {
    const frozen = {
      statement: canonicalJson(resumeStatement(facts('DOT-991'))),
      envelopes: [exec(), other()],
    };
    expectGolden('resume-v1.json', `${JSON.stringify(frozen, null, 2)}\n`);
  });
});
