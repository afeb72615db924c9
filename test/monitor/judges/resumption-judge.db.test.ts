import { describe, expect, test } from 'vitest';
import type { ParsedRecord } from '../../../src/law/parse-record.ts';
import { incarnationAfter, type ResumeFacts, signResume } from '../../../src/law/resume-statement.ts';
import type { Lane } from '../../../src/law/values.ts';
import { ResumptionJudge } from '../../../src/monitor/judges/resumption-judge.ts';
import { originOf } from '../../../src/proof/checkpoint.ts';
import { freshKey } from '../../harness/keys.ts';

const PREVIOUS = crypto.randomUUID();
const ROOT = Buffer.alloc(32, 7);
const keys = { 'DOT-991': freshKey('DOT-991'), 'DOT-992': freshKey('DOT-992') };
const inForce = (keyId: string, lane: Lane) => (keys[lane].keyId === keyId ? keys[lane].publicKey : null);

function facts(lane: Lane, more: Partial<ResumeFacts> = {}): ResumeFacts {
  return {
    previous: PREVIOUS,
    position: '8',
    root: ROOT.toString('base64'),
    seen: { size: '12', root: null },
    lane,
    principalId: crypto.randomUUID(),
    personId: crypto.randomUUID(),
    reason: 'a disk died',
    preparedAt: '2026-03-01T09:30:00.000001Z',
    ...more,
  };
}

const record = (statements: readonly unknown[], verb = 'resume') =>
  ({ verb, statements }) as unknown as ParsedRecord;
const both = (more: Partial<ResumeFacts> = {}) =>
  record([
    signResume(facts('DOT-991', more), keys['DOT-991']),
    signResume(facts('DOT-992', more), keys['DOT-992']),
  ]);
const NEXT = incarnationAfter({ previous: PREVIOUS, position: '8', root: ROOT.toString('base64') });
const verdicts = (found: readonly { verdict: string }[]) => found.map(({ verdict }) => verdict);

test('what both lanes accepted is believed, and heads of the incarnation before cover what came before', async () => {
  const judge = new ResumptionJudge();
  expect(judge.take(record([], 'mark'), 3, inForce)).toEqual([]);
  expect(judge.take(both(), 8, inForce)).toEqual([]);
  expect(judge.present(originOf(NEXT))).toEqual([]);
  expect(judge.earlier).toEqual([{ origin: originOf(PREVIOUS), until: 8 }]);
  const asked: number[] = [];
  const holds = async ({ size, root }: { size: number; root: Uint8Array }) => {
    asked.push(size);
    return Buffer.compare(root, ROOT) === 0;
  };
  expect(await judge.prove(7, holds)).toEqual([]);
  expect(await judge.prove(9, holds)).toEqual([]);
  const again = new ResumptionJudge(JSON.parse(JSON.stringify(judge.state())));
  expect(await again.prove(9, holds)).toEqual([]);
  expect(asked).toEqual([8]);
});

describe('is told', () => {
  const other = freshKey('DOT-992');
  const oneSigner = facts('DOT-991').personId;
  test.each<[string, ParsedRecord, number, RegExp]>([
    [
      'one lane alone',
      record([signResume(facts('DOT-991'), keys['DOT-991'])]),
      8,
      /Both lanes have to accept/,
    ],
    ['nothing at all', record([]), 8, /Both lanes have to accept/],
    ['another place', both(), 9, /made for position 8/],
    [
      'lanes that accepted other logs',
      record([
        signResume(facts('DOT-991'), keys['DOT-991']),
        signResume(facts('DOT-992', { root: Buffer.alloc(32).toString('base64') }), keys['DOT-992']),
      ]),
      8,
      /accepted another root/,
    ],
    [
      'a key that nobody knows',
      record([signResume(facts('DOT-991'), keys['DOT-991']), signResume(facts('DOT-992'), other)]),
      8,
      /not one of DOT-992 in force/,
    ],
    ['one person for both', both({ personId: oneSigner }), 8, /One person accepted for both/],
    ['rubbish', record([{}, 5]), 8, /not believed/],
  ])('%s', (_, resumed, position, why) => {
    const judge = new ResumptionJudge();
    const found = judge.take(resumed, position, inForce);
    expect(verdicts(found)).toEqual(['restored']);
    expect(found[0]).toMatchObject({ position, message: expect.stringMatching(why) });
    expect(judge.earlier).toEqual([]);
  });

  test('a log that isn’t the one that was accepted, once', async () => {
    const judge = new ResumptionJudge();
    judge.take(both(), 8, inForce);
    expect(verdicts(await judge.prove(9, async () => false))).toEqual(['restored']);
    expect(await judge.prove(9, async () => false)).toEqual([]);
  });

  test('a ledger that goes by another name than the lanes gave it', () => {
    const judge = new ResumptionJudge();
    judge.take(both(), 8, inForce);
    expect(verdicts(judge.present(originOf(PREVIOUS)))).toEqual(['restored']);
    expect(new ResumptionJudge().present(originOf(PREVIOUS))).toEqual([]);
  });

  test('a resumption of another incarnation than the last', () => {
    const judge = new ResumptionJudge();
    judge.take(both(), 8, inForce);
    const found = judge.take(both({ position: '9' }), 9, inForce);
    expect(found[0]?.message).toMatch(/it resumes \S+, and the ledger was/);
  });
});
