import { beforeAll, describe, expect, test } from 'vitest';
import { linesOf } from '../../src/passport/facts-text.ts';
import { verifyPassport } from '../../src/passport/verify.ts';
import { canonicalJson } from '../../src/proof/canonical.ts';
import { verifySignature } from '../../src/proof/ed25519.ts';
import type { KnownKey, KnownKeys } from '../../src/proof/keys-file.ts';
import type { Loose } from '../harness/cycle.ts';
import { triedTimes } from '../harness/share.ts';
import { JUDGES_THOUSANDS_MS } from '../harness/timeouts.ts';
import { forged } from './passport-forge.ts';
import { type PassportGround, passportGround } from './passport-ground.ts';

let ground: PassportGround;
let keys: KnownKeys;
let text: string;
let other: string;
beforeAll(async () => {
  ground = await passportGround();
  ({ keys, text, other } = ground);
});

const judged = (bytes: Uint8Array, known = keys) => verifyPassport(bytes, known, verifySignature);

/** A passport with a change and nothing done to hide it. */
function altered(edit: (passport: Loose) => void): Buffer {
  const passport = JSON.parse(text);
  edit(passport);
  return Buffer.from(canonicalJson(passport));
}

/** The same bytes: a last character before the padding has two bits that stand for nothing. */
function spelledOtherwise(base64: string): string {
  const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
  const last = base64.at(-2) as string;
  return `${base64.slice(0, -2)}${letters[letters.indexOf(last) + 1]}=`;
}

type Cases = readonly (readonly [what: string, bytes: () => Uint8Array, reason: RegExp, where: string])[];

function refuses(cases: Cases): void {
  test.each(cases)('%s', (_, bytes, reason, where) => {
    const verdict = judged(bytes());
    expect(verdict).toEqual({ ok: false, reason: expect.stringMatching(reason), where });
  });
}

test('the passport that is altered below is good, forged without a change too', () => {
  expect(judged(Buffer.from(text))).toMatchObject({
    ok: true,
    said: { plan: { counts: { birth: 1, version: 1, unchanged: 2, vanished: 1 } } },
  });
  expect(judged(forged(text, ground.server.database.secrets, { edit: () => {} }))).toMatchObject({
    ok: true,
  });
});

/** A line that a lane's own name and key hash stand in, or those of somebody whom no reader here knows. */
const strange = (name: string, bytes: number) => `— ${name} ${Buffer.alloc(bytes, 7).toString('base64')}\n`;

test.each([
  ['of a witness, of another kind than the lanes sign by', () => strange('witness.example/w1', 76)],
  ['of a kind with long signatures', () => strange('witness.example/ml-dsa', 2424)],
  ['under a lane’s own name and another key', () => strange(`${keys.origin}/DOT-991`, 68)],
  ['under another origin', () => strange('cutter/00000000-0000-4000-8000-000000000000/DOT-991', 68)],
])('a checkpoint with a signature line %s beside those of the lanes is good', (_, line) => {
  expect(judged(altered((p) => (p.checkpoint = `${p.checkpoint}${line()}`)))).toMatchObject({ ok: true });
  expect(
    judged(altered((p) => (p.checkpoint = p.checkpoint.replace('\n— ', `\n${line()}— `)))),
  ).toMatchObject({
    ok: true,
  });
});

test('a checkpoint with a second line of a known key is refused where it is bad, and where it is the same', () => {
  const own = /— \S+DOT-991 .*\n/;
  const spoilt = (line: string) => {
    const [, name, encoded] = /^— (\S+) (\S+)/u.exec(line) as unknown as [string, string, string];
    const bytes = Buffer.from(encoded, 'base64');
    bytes[20] = (bytes[20] as number) ^ 1;
    return `— ${name} ${bytes.toString('base64')}\n`;
  };
  const bad = altered((p) => (p.checkpoint += spoilt(p.checkpoint.match(own)[0])));
  expect(judged(bad)).toMatchObject({
    ok: false,
    reason: expect.stringMatching(/DOT-991 on the checkpoint doesn't verify/),
  });
  const twice = altered((p) => (p.checkpoint += p.checkpoint.match(own)[0]));
  expect(judged(twice)).toMatchObject({
    ok: false,
    reason: expect.stringMatching(/more than one signature of DOT-991/),
  });
});

test('a checkpoint of more than 100 signature lines is refused, however they read', () => {
  const many = altered((p) => (p.checkpoint += strange('witness.example/w1', 68).repeat(120)));
  expect(judged(many)).toMatchObject({ ok: false, reason: expect.stringMatching(/122 signature lines/) });
});

test('a title is told as what it is: given', () => {
  const verdict = judged(Buffer.from(text));
  if (!verdict.ok) throw new Error(verdict.reason);
  const { said } = verdict;
  const titled = linesOf({ ...said, document: { ...said.document, title: 'On cutting' } });
  expect(titled.slice(0, 2)).toEqual([
    ['Document', said.document.docCode],
    ['Title, as given', '“On cutting”'],
  ]);
});

describe('a file in another spelling is refused', () => {
  refuses([
    ['nothing', () => Buffer.alloc(0), /is not JSON/, ''],
    ['bytes that are no text', () => Buffer.from([0x7b, 0xff]), /is not UTF-8/, ''],
    ['a part of it', () => Buffer.from(text.slice(0, -20)), /is not JSON/, ''],
    ['a byte order mark before it', () => Buffer.from(`\ufeff${text}`), /is not JSON/, ''],
    ['a newline after it', () => Buffer.from(`${text}\n`), /one spelling/, ''],
    ['white space in it', () => Buffer.from(JSON.stringify(JSON.parse(text), null, 2)), /one spelling/, ''],
    [
      'an escape for a character',
      () => Buffer.from(text.replace('"format"', '"f\\u006frmat"')),
      /one spelling/,
      '',
    ],
    [
      'a member twice',
      () => Buffer.from(text.replace('{', '{"format":"cutter-passport/1",')),
      /one spelling/,
      '',
    ],
    [
      'nesting without end',
      () => Buffer.from('['.repeat(500) + ']'.repeat(500)),
      /no plain JSON.*deeper/,
      '',
    ],
    ['no object', () => Buffer.from('[]'), /names no format/, 'format'],
    [
      'another format',
      () => altered((p) => (p.format = 'cutter-passport/9')),
      /knows cutter-passport\/1/,
      'format',
    ],
    [
      'rules in a format without them',
      () => altered((p) => (p.format = 'cutter-passport/1')),
      /shows rules if it is of the format/,
      'records.rules',
    ],
    [
      'rules left out',
      () => altered((p) => delete p.records.rules),
      /shows rules if it is of the format/,
      'records.rules',
    ],
    ['a member too many', () => altered((p) => (p.more = 1)), /not of its form/, ''],
    [
      'a row of another table',
      () => altered((p) => (p.rows.entry.table = 'entry')),
      /rows.entry.table/,
      'rows.entry.table',
    ],
  ]);
});

describe('what was altered afterwards is refused and named', () => {
  refuses([
    [
      'a column',
      () => altered((p) => (p.rows.decision.columns.rationale_x = 1)),
      /isn't the one that was written/,
      'rows.decision',
    ],
    [
      'an approval that never expires',
      () => altered((p) => (p.rows.decision.columns.risk_class_assessment = 'high')),
      /^Column risk_class_assessment of row .* of review_decision isn't what was written at position \d+\.$/,
      'rows.decision.columns.risk_class_assessment',
    ],
    [
      'a block',
      () => altered((p) => (p.rows.blocks[1].columns.payload_summary.title = 'X')),
      /^Column payload_summary of row/,
      'rows.blocks.1.columns.payload_summary',
    ],
    [
      "the source's title",
      () => altered((p) => (p.rows.source.columns.title = 'X')),
      /^Column title of row/,
      'rows.source.columns.title',
    ],
    [
      'bytes of a source',
      () => altered((p) => (p.rows.source.columns.content = 'AAAA')),
      /other columns/,
      'rows.source',
    ],
    [
      'a block left out',
      () => altered((p) => p.rows.blocks.pop()),
      /is missing from the passport/,
      'rows.blocks',
    ],
    [
      'an affected row left out',
      () => altered((p) => p.rows.affected.shift()),
      /is missing from the passport/,
      'rows.affected',
    ],
    [
      'a block shown twice',
      () => altered((p) => p.rows.blocks.push(p.rows.blocks[0])),
      /or it is shown twice/,
      'rows.blocks.7',
    ],
    [
      "another cut's signature",
      () => altered((p) => (p.rows.executorSignature = JSON.parse(other).rows.executorSignature)),
      /wrote no row/,
      'rows.executorSignature',
    ],
    [
      "another cut's approval",
      () => altered((p) => (p.rows.decision = JSON.parse(other).rows.decision)),
      /wrote no row/,
      'rows.decision',
    ],
    [
      'a record rewritten with its row',
      () => altered((p) => (p.records.cut.body.principalId = p.records.verify.body.principalId)),
      /^The record isn't the one at position \d+ of the log under the checkpoint/,
      'records.cut',
    ],
    [
      'another position',
      () => altered((p) => (p.records.mark.position = '0')),
      /way doesn't lead to the root/,
      'records.mark',
    ],
    [
      'a way in another spelling of its base64',
      () => altered((p) => (p.records.mark.path[0] = spelledOtherwise(p.records.mark.path[0]))),
      /records\.mark\.path\.0: is no 32 bytes in base64/,
      'records.mark.path.0',
    ],
    [
      'a way cut short',
      () => altered((p) => p.records.mark.path.pop()),
      /way doesn't lead to the root/,
      'records.mark',
    ],
    [
      "another cut's record",
      () => altered((p) => (p.records.review = JSON.parse(other).records.review)),
      /way doesn't lead to the root|wrote no row/,
      expect.stringMatching(/records.review|rows.envelope/) as never,
    ],
    [
      'two records changed places',
      () => altered((p) => ([p.records.mark, p.records.review] = [p.records.review, p.records.mark])),
      /of the verb review, where mark belongs/,
      'records.mark.body',
    ],
    [
      'another checkpoint',
      () => altered((p) => (p.checkpoint = JSON.parse(other).checkpoint)),
      /way doesn't lead to the root/,
      'records.source',
    ],
    [
      'another size',
      () => altered((p) => (p.checkpoint = p.checkpoint.replace(/\n\d+\n/, '\n99\n'))),
      /signature of DOT-991 on the checkpoint doesn't verify/,
      'checkpoint',
    ],
    [
      'a checkpoint with one signature',
      () => altered((p) => (p.checkpoint = p.checkpoint.replace(/— \S+DOT-992 .*\n/, ''))),
      /doesn't carry a signature of DOT-992/,
      'checkpoint',
    ],
    [
      'a checkpoint signed twice by one lane',
      () =>
        altered(
          (p) =>
            (p.checkpoint = p.checkpoint.replace(
              /— \S+DOT-992 .*\n/,
              p.checkpoint.match(/— \S+DOT-991 .*\n/)[0],
            )),
        ),
      /doesn't carry a signature of DOT-992/,
      'checkpoint',
    ],
    [
      "another key's end",
      () => altered((p) => (p.keys.executor.until = '4')),
      /says 4 for until/,
      'keys.executor.until',
    ],
    [
      "another key's beginning",
      () => altered((p) => (p.keys.verifierCheckpoint.from = '1')),
      /says 1 for from/,
      'keys.verifierCheckpoint.from',
    ],
    [
      'the keys of the lanes swapped',
      () => altered((p) => ([p.keys.executor, p.keys.verifier] = [p.keys.verifier, p.keys.executor])),
      /for keyId of the key that signed/,
      'keys.executor.keyId',
    ],
    [
      "another change set's id",
      () => altered((p) => (p.changeSetId = JSON.parse(other).changeSetId)),
      /^The change set is/,
      'rows.changeSet.columns.change_set_id',
    ],
  ]);
});

describe('keys decide', () => {
  const withKeys = (change: (key: KnownKey) => KnownKey | null): KnownKeys => ({
    ...keys,
    keys: keys.keys.flatMap((key) => change(key) ?? []),
  });
  const of = (purpose: string, lane: string, change: (key: KnownKey) => KnownKey | null) =>
    withKeys((key) => (key.purpose === purpose && key.lane === lane ? change(key) : key));
  const cases: readonly [string, () => KnownKeys, RegExp][] = [
    [
      'no keys at all',
      () => ({ ...keys, keys: [] }),
      /checkpoint's signature of DOT-991 was made by a key that the keys given don't have/,
    ],
    [
      'keys of another ledger',
      () => ({ ...keys, origin: 'cutter/00000000-0000-4000-8000-000000000000' }),
      /^The passport is of the ledger cutter\/.*; the keys given are those of cutter\/0+/,
    ],
    [
      'keys that give the beginning of the log to another origin',
      () => ({ ...keys, earlier: [{ origin: 'cutter/00000000-0000-4000-8000-000000000000', until: 2 }] }),
      /doesn't introduce key .* was made for incarnation .*, and the ledger was 0+-/,
    ],
    [
      "without the executor's key",
      () => of('statement', 'DOT-991', () => null),
      /^The executor signed with key .*, which the keys given don't have/,
    ],
    [
      "the executor's key ended before",
      () => of('statement', 'DOT-991', (key) => ({ ...key, until: 2 })),
      /^The executor signed at position \d+ with key .*, which is valid from position 0 and before 2/,
    ],
    [
      "the verifier's key began later",
      () => of('statement', 'DOT-992', (key) => ({ ...key, from: 900 })),
      /^The verifier signed at position \d+ .* from position 900 on/,
    ],
    [
      "the verifier's key is for heads",
      () => of('statement', 'DOT-992', (key) => ({ ...key, purpose: 'checkpoint' })),
      /for heads of the log and for no statement/,
    ],
    [
      "the executor's key is the verifier's",
      () => of('statement', 'DOT-991', (key) => ({ ...key, lane: 'DOT-992' })),
      /belongs to DOT-992; statements of DOT-991 need its own key/,
    ],
    [
      'without a key for heads',
      () => of('checkpoint', 'DOT-992', () => null),
      /signature of DOT-992 was made by a key/,
    ],
    [
      'a key for heads that ended before',
      () => of('checkpoint', 'DOT-992', (key) => ({ ...key, until: 3 })),
      /may not sign a head of \d+ positions/,
    ],
    [
      'another key under the same id',
      () =>
        of('statement', 'DOT-991', (key) => ({
          ...key,
          publicKey: keys.keys.find((one) => one.keyId !== key.keyId)?.publicKey as Buffer,
        })),
      /^The executor's signature doesn't verify under key .*: signature mismatch/,
    ],
  ];
  test.each(cases)('%s', (_, known, reason) => {
    expect(judged(Buffer.from(text), known())).toMatchObject({
      ok: false,
      reason: expect.stringMatching(reason),
    });
  });
});

const CHANGES = triedTimes({ some: 1_000, all: 10_000 });

test(
  `${CHANGES} changes of one bit: each is refused with a sentence and a place`,
  () => {
    const bytes = Buffer.from(text);
    const reasons = new Map<string, number>();
    let seed = 0x5eed;
    for (let turn = 0; turn < CHANGES; turn += 1) {
      seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0;
      const bit = Math.floor((seed / 2 ** 32) * bytes.length * 8);
      bytes[bit >> 3] = (bytes[bit >> 3] as number) ^ (1 << (bit & 7));
      const verdict = judged(bytes);
      bytes[bit >> 3] = (bytes[bit >> 3] as number) ^ (1 << (bit & 7));
      if (verdict.ok) throw new Error(`Bit ${bit} may be changed unnoticed.`);
      expect(verdict.reason).toMatch(/^[A-Z“].{20,}\.$/s);
      expect(verdict.reason).not.toMatch(/can't be judged/);
      const kind = verdict.where.split('.').slice(0, 2).join('.');
      reasons.set(kind, (reasons.get(kind) ?? 0) + 1);
    }
    expect(judged(bytes).ok).toBe(true);
    // It isn't the spelling alone that finds them.
    expect(reasons.size).toBeGreaterThan(5);
  },
  JUDGES_THOUSANDS_MS,
);
