import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseRecord } from '../../src/law/parse-record.ts';
import { readRecord } from '../../src/law/read-record.ts';
import { buildRecord, type RecordInput } from '../../src/law/record.ts';
import { scanRecord } from '../../src/law/scan-record.ts';
import { ENTRY_STATES } from '../../src/law/states.ts';
import type { PlainJson } from '../../src/proof/canonical.ts';
import { digestOf } from '../../src/proof/digest.ts';
import { anyText } from '../harness/any-text.ts';

/*
 * Two readings of a record's body: the strict one judges what a stranger gives, the fast one serves the full check. They must say the
 * same of every body.
 */

const text = anyText({ maxLength: 12 }).filter((one) => !one.includes('\0'));
const json = fc
  .jsonValue({ maxDepth: 2 })
  .filter((value) => !/\\u0000|__proto__/.test(JSON.stringify(value)));
const columns = fc.dictionary(fc.stringMatching(/^[a-z_]{1,6}$/), json, { noNullPrototype: true });
const row = fc.record({
  table: fc.constantFrom('verify_result', 'decision_backlog_entry', 'cutter_source.source'),
  id: text,
  op: fc.constantFrom('insert' as const, 'update' as const),
  columns: columns as fc.Arbitrary<Record<string, PlainJson>>,
});
const state = fc.constantFrom(...ENTRY_STATES);
const move = fc.record({
  history_id: text,
  entry_id: text,
  entry_version_before: fc.option(state),
  entry_version_after: state,
  change_kind: text,
  changed_by: text,
  changed_at: text,
});
const record: fc.Arbitrary<RecordInput> = fc.record(
  {
    recordId: text,
    verb: text,
    lane: fc.constantFrom('DOT-991', 'DOT-992'),
    principalId: text,
    personId: text,
    mode: fc.constantFrom('rehearsal', 'production'),
    at: text,
    history: fc.array(move, { maxLength: 3 }),
    rows: fc.array(row, { maxLength: 6 }),
    statements: fc.constant([{ payload: '', payloadType: 'x', signatures: [] }]),
  },
  {
    requiredKeys: ['recordId', 'verb', 'lane', 'principalId', 'personId', 'mode', 'at', 'history', 'rows'],
  },
) as unknown as fc.Arbitrary<RecordInput>;

const plainInput: Omit<RecordInput, 'rows'> = {
  recordId: 'r',
  verb: 'mark',
  lane: 'DOT-991',
  principalId: 'p',
  personId: 'q',
  mode: 'production',
  at: 't',
  history: [],
};

const bodyOf = (input: RecordInput) => {
  const { parts, hash } = buildRecord(input);
  return { body: Buffer.from(parts.join('')), hash };
};

test('the fast reading and the strict one say the same of every record', () => {
  fc.assert(
    fc.property(record, (input) => {
      const { body, hash } = bodyOf(input);
      const strict = parseRecord(body, hash);
      const fast = readRecord(body, hash);
      if (strict.verdict !== 'ok' || fast.verdict !== 'ok') throw new Error(JSON.stringify([strict, fast]));
      const { rows, mode: _mode, format: _format, ...said } = strict.record;
      expect({ statements: [], ...fast.record }).toMatchObject(said);
      expect(
        fast.record.rows.of(() => true).map((one) => ({ ...one, fingerprints: one.fingerprints })),
      ).toEqual(
        rows.map(({ table, op, columns: named, id, digest, fingerprints }) =>
          expect.objectContaining({ table, op, columns: named, id, digest, fingerprints }),
        ),
      );
      const visited: unknown[] = [];
      fast.record.rows.each((shape, bytes, idFrom, idUntil, digestFrom) =>
        visited.push([
          shape.table,
          JSON.parse(`"${bytes.toString('utf8', idFrom, idUntil)}"`),
          bytes.toString('latin1', digestFrom, digestFrom + 43),
        ]),
      );
      expect(visited).toEqual(rows.map(({ table, id, digest }) => [table, id, digest]));
    }),
    { numRuns: 300 },
  );
});

test('a body with one byte altered is never taken for the one that was hashed', () => {
  fc.assert(
    fc.property(record, fc.nat(), fc.integer({ min: 1, max: 255 }), (input, place, difference) => {
      const { body, hash } = bodyOf(input);
      const at = place % body.length;
      body[at] = (body[at] as number) ^ difference;
      expect(readRecord(body, hash).verdict).toBe('hash_mismatch');
      expect(parseRecord(body, hash).verdict).toBe('hash_mismatch');
    }),
  );
});

test('a move of another form than a verb writes makes the record unreadable', () => {
  const good = {
    history_id: 'h',
    entry_id: 'e',
    entry_version_before: null,
    entry_version_after: 'marked',
    change_kind: 'mark',
    changed_by: 'p',
    changed_at: 't',
  };
  const verdictOf = (history: PlainJson) => {
    const { body, hash } = bodyOf({ ...plainInput, history: [history], rows: [] });
    return readRecord(body, hash).verdict;
  };
  expect(verdictOf(good)).toBe('ok');
  for (const member of Object.keys(good)) expect(verdictOf({ ...good, [member]: 7 })).toBe('malformed');
  expect(verdictOf({ ...good, entry_version_after: 'elsewhere' })).toBe('malformed');
  expect(verdictOf('a move')).toBe('malformed');
});

test('the fast reading takes no rows whose marks are not all in their places', () => {
  const row = { table: 'verify_result', id: 'an id', op: 'insert' as const, columns: { a: 1, b: 2 } };
  const { body } = bodyOf({ ...plainInput, rows: [row, { ...row, id: 'another' }] });
  expect(scanRecord(body)).not.toBeNull();
  const rowsFrom = body.indexOf(',"rows":[');
  const rowsUntil = body.indexOf('],"shapes":[');
  const marks = [...body.keys()].filter(
    (at) => at > rowsFrom && at < rowsUntil && '",[]'.includes(String.fromCharCode(body[at] as number)),
  );
  // Two rows of ten marks each, what leads to them, and the comma between.
  expect(marks.length).toBeGreaterThan(20);
  for (const at of marks) {
    const altered = Buffer.from(body);
    altered[at] = 'x'.charCodeAt(0);
    expect(scanRecord(altered), `without the mark at ${at - rowsFrom}`).toBeNull();
  }
});

test('the strict reading says why a body is no record', () => {
  const said = (text: string) => {
    const bytes = Buffer.from(text);
    return parseRecord(bytes, digestOf(bytes));
  };
  for (const text of ['{"format": 1}', '{"b":1,"a":2}', '{', '\ufeff{"format":"cutter-record/1"}'])
    expect(said(text)).toMatchObject({ verdict: 'malformed', reason: expect.stringContaining('canonical') });
  expect(said('{"format":1}')).toMatchObject({ reason: 'The body names no format.' });
  expect(said('{"format":"other"}')).toEqual({ verdict: 'unknown_format', format: 'other' });
});

test('the fast reading takes a record of more than ten shapes', () => {
  const rows = Array.from({ length: 21 }, (_, at) => ({
    table: 'verify_result',
    id: `row ${at}`,
    op: 'insert' as const,
    columns: { [`column_${at}`]: at },
  }));
  const { body } = bodyOf({ ...plainInput, rows });
  const scanned = scanRecord(body);
  expect(scanned?.rows.of(() => true).map(({ id, columns: named }) => [id, named])).toEqual(
    rows.map(({ id }, at) => [id, [`column_${at}`]]),
  );
  // The character after 9 is no digit, and the one before 0 is none.
  for (const number of [':', '1:', '2/'])
    expect(scanRecord(Buffer.from(body.toString().replace('[10,"', `[${number},"`))), number).toBeNull();
});

test('the fast reading leaves to the strict one what has its parts elsewhere, however often', () => {
  const { body } = bodyOf({
    ...plainInput,
    rows: [{ table: 'verify_result', id: 'an id', op: 'insert', columns: { a: 1 } }],
  });
  const whole = body.toString();
  const rows = /"rows":\[.*\]\],/.exec(whole)?.[0] as string;
  const shapes = /"shapes":\[.*\],(?="verb")/.exec(whole)?.[0] as string;
  const elsewhere = {
    'no rows': whole.replace(rows, ''),
    'no shapes': whole.replace(shapes, ''),
    'shapes apart from the rows': whole.replace('"shapes":', ' "shapes":'),
    'shapes before the rows': whole.replace(`${rows}${shapes}`, `"more":[],${shapes}${rows}`),
  };
  for (const [what, text] of Object.entries(elsewhere)) {
    expect(JSON.parse(text), what).toHaveProperty('verb');
    for (let time = 0; time < 2; time += 1) expect(scanRecord(Buffer.from(text)), what).toBeNull();
  }
});
