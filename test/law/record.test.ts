import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type ParsedRecord, parseRecord } from '../../src/law/parse-record.ts';
import {
  type BuiltRecord,
  buildRecord,
  type RecordInput,
  rowDigestOf,
  splitUtf8,
  type WrittenRow,
} from '../../src/law/record.ts';
import { alteredColumns } from '../../src/law/recorded-row.ts';
import { canonicalJson, type PlainJson } from '../../src/proof/canonical.ts';
import { digestOf } from '../../src/proof/digest.ts';
import { derivedId } from '../../src/proof/uuid.ts';
import { anyText } from '../harness/any-text.ts';

const GOLDEN = join(import.meta.dirname, '..', 'golden', 'record-v1.json');
const AT = '2026-03-01T09:30:00.000001Z';

function input(rows: readonly WrittenRow[], history: readonly PlainJson[] = []): RecordInput {
  return {
    recordId: derivedId('record'),
    verb: 'mark',
    lane: 'DOT-991',
    principalId: derivedId('principal'),
    personId: derivedId('person'),
    mode: 'rehearsal',
    at: AT,
    history,
    rows,
  };
}

function entry(key: string, columns: Record<string, PlainJson> = {}): WrittenRow {
  return {
    table: 'decision_backlog_entry',
    id: derivedId(key),
    op: 'insert',
    columns: {
      entry_id: derivedId(key),
      kind: 'cut_request',
      status: 'marked',
      payload: { idempotency_key: key, ü: [1, 2.5, -0, 1e21, null, true], nested: { b: 1, a: '€😀' } },
      emitted_at: AT,
      scenario_ref: null,
      ...columns,
    },
  };
}

function bodyOf(record: BuiltRecord): Buffer {
  return Buffer.from(record.parts.join(''), 'utf8');
}

function parsed(record: BuiltRecord): ParsedRecord {
  const verdict = parseRecord(bodyOf(record), record.hash);
  if (verdict.verdict !== 'ok') throw new Error(JSON.stringify(verdict));
  return verdict.record;
}

const MARK = input(
  [
    entry('first'),
    {
      table: 'decision_backlog_history',
      id: derivedId('h'),
      op: 'insert',
      columns: { history_id: derivedId('h'), rationale: null },
    },
  ],
  [{ history_id: derivedId('h'), entry_id: derivedId('first'), change_kind: 'mark', changed_at: AT }],
);

/** A record of parties: no lane and, as the owner's, no author. */
const PARTIES: RecordInput = {
  ...input([
    {
      table: 'cutter_auth.person',
      id: derivedId('person'),
      op: 'insert',
      columns: { person_id: derivedId('person'), name: 'Größe', rehearsal: false, created_at: AT },
    },
  ]),
  verb: 'party:begin',
  lane: null,
  principalId: null,
  personId: null,
  parties: [
    {
      principalId: derivedId('principal'),
      personId: derivedId('person'),
      kind: 'person',
      scopes: ['ledger:observe', 'principal:admin'],
      lane: null,
      suspended: false,
    },
  ],
};

const VECTORS: Record<string, RecordInput> = {
  empty: input([]),
  mark: MARK,
  update: input([
    {
      table: 'decision_backlog_entry',
      id: derivedId('first'),
      op: 'update',
      columns: { status: 'review_pending' },
    },
    {
      table: 'decision_backlog_entry',
      id: derivedId('second'),
      op: 'update',
      columns: { status: 'review_pending' },
    },
    entry('third', {
      scenario_ref: 'quote " backslash \\ newline \n tab \t control \u0001 line separator \u2028',
    }),
  ]),
  source: input([
    {
      table: 'cutter_source.source',
      id: derivedId('source'),
      op: 'insert',
      columns: {
        source_id: derivedId('source'),
        content: Buffer.from('# Größe\n').toString('base64'),
        byte_length: 9,
      },
    },
  ]),
  parties: PARTIES,
};

describe('record: the bytes of formats 1 and 3 are frozen', () => {
  const made = Object.fromEntries(
    Object.entries(VECTORS).map(([name, given]) => {
      const { hash, parts, rowIds } = buildRecord(given);
      return [name, { input: given, body: parts.join(''), hash, rowIds }];
    }),
  );
  const { UPDATE_GOLDENS } = process.env;
  if (UPDATE_GOLDENS === '1') {
    mkdirSync(join(GOLDEN, '..'), { recursive: true });
    writeFileSync(GOLDEN, `${JSON.stringify(made, null, 2)}\n`);
  }
  const frozen = JSON.parse(readFileSync(GOLDEN, 'utf8')) as typeof made;

  test.each(Object.keys(VECTORS))('%s', (name) => {
    expect(JSON.parse(JSON.stringify(made[name]))).toEqual(frozen[name]);
  });
});

describe('record', () => {
  test('the body is canonical JSON, the hash is over all of it, and the format stands inside', () => {
    const record = buildRecord(MARK);
    const body = bodyOf(record).toString('utf8');
    expect(canonicalJson(JSON.parse(body) as PlainJson)).toBe(body);
    expect(record.hash).toBe(digestOf(body));
    expect(JSON.parse(body)).toMatchObject({ format: 'cutter-record/1', verb: 'mark' });
  });

  test('a row digest is the SHA-256 of the canonical row, whatever the values', () => {
    const json = fc
      .jsonValue({ maxDepth: 3 })
      .filter((value) => !/\\u0000|__proto__/.test(JSON.stringify(value)));
    const column = fc.stringMatching(/^[a-z_]{1,8}$/);
    fc.assert(
      fc.property(
        fc.dictionary(column, json, { minKeys: 1, noNullPrototype: true }),
        fc.string(),
        (columns, id) => {
          if (id.includes('\0')) return;
          const row = {
            table: 'verify_result',
            id,
            op: 'insert',
            columns: columns as Record<string, PlainJson>,
          } as const;
          const [recorded] = parsed(buildRecord(input([row]))).rows;
          expect(recorded?.digest).toBe(rowDigestOf(row));
          expect(alteredColumns(recorded!, row)).toEqual([]);
        },
      ),
    );
  });

  test('an altered column is named by its fingerprint, and only it', () => {
    const row = entry('altered');
    const [recorded] = parsed(buildRecord(input([row]))).rows;
    for (const column of Object.keys(row.columns)) {
      const altered = { ...row, columns: { ...row.columns, [column]: 'something else' } };
      expect(alteredColumns(recorded!, altered)).toEqual([column]);
    }
  });

  test('an alteration that no fingerprint names is still seen', () => {
    const row = entry('grown');
    const [recorded] = parsed(buildRecord(input([row]))).rows;
    expect(alteredColumns(recorded!, { ...row, columns: { ...row.columns, extra: 1 } })).toBeNull();
  });

  test('rows of one shape share one column list, and repeated values their fingerprint', () => {
    const record = buildRecord(
      input([entry('a'), entry('b'), { ...entry('c'), op: 'update', columns: { status: 'abandoned' } }]),
    );
    const body = JSON.parse(record.parts.join('')) as { shapes: unknown[]; rows: unknown[][] };
    expect(body.shapes).toHaveLength(2);
    expect(body.rows.map((row) => row[0])).toEqual([0, 0, 1]);
    const [a, b] = parsed(record).rows;
    expect(a?.fingerprints[a.columns.indexOf('kind')]).toBe(b?.fingerprints[b.columns.indexOf('kind')]);
    expect(a?.fingerprints[a.columns.indexOf('entry_id')]).not.toBe(
      b?.fingerprints[b.columns.indexOf('entry_id')],
    );
  });

  test('row ids are the inserted rows that draw their position from the record, in record order', () => {
    const row = (table: string, op: 'insert' | 'update' = 'insert'): WrittenRow => ({
      table,
      id: derivedId(table + op),
      op,
      columns: {},
    });
    const record = buildRecord(
      input([
        row('public.information_unit'),
        row('public.unit_version'),
        row('dot_pair_signature'),
        row('cut_change_set'),
        row('cut_change_set_affected_row'),
        row('manifest_unit_block'),
        row('decision_backlog_entry', 'update'),
        row('decision_backlog_history'),
        row('cutter_source.source'),
      ]),
    );
    expect(record.rowIds).toEqual(
      ['dot_pair_signature', 'cut_change_set', 'decision_backlog_history', 'cutter_source.source'].map(
        (table) => derivedId(`${table}insert`),
      ),
    );
  });

  test('an absent value is refused: null is how a column is empty', () => {
    const row = entry('holes', { scenario_ref: undefined as unknown as PlainJson });
    expect(() => buildRecord(input([row]))).toThrow(TypeError);
  });

  test('half a surrogate pair is refused, since it has no UTF-8 form', () => {
    expect(() => buildRecord(input([entry('half', { scenario_ref: '\ud800' })]))).toThrow();
  });
});

describe('record parts', () => {
  test('hold at most 1 MB each, break between characters and join to the body', () => {
    const rows = Array.from({ length: 12_000 }, (_, i) => entry(`€${i}`));
    const history = [{ text: '😀€ä'.repeat(150_000) }];
    const record = buildRecord(input(rows, history));
    expect(record.parts.length).toBeGreaterThan(3);
    for (const part of record.parts) {
      expect(Buffer.byteLength(part)).toBeLessThanOrEqual(1_000_000);
      expect(part).not.toContain('\ufffd');
    }
    expect(digestOf(bodyOf(record))).toBe(record.hash);
    expect(parsed(record).rows).toHaveLength(12_000);
  });

  test('no character is ever split, whatever the limit', () => {
    fc.assert(
      fc.property(anyText(), fc.integer({ min: 4, max: 9 }), (text, limit) => {
        const parts = splitUtf8(Buffer.from(text, 'utf8'), limit);
        expect(parts.join('')).toBe(text);
        for (const part of parts) expect(Buffer.byteLength(part)).toBeLessThanOrEqual(limit);
      }),
    );
  });
});

describe('parseRecord: a typed verdict for whatever the bytes are', () => {
  const judge = (body: string) => parseRecord(Buffer.from(body), digestOf(body));
  const whole = buildRecord(MARK).parts.join('');

  test('one altered byte is a hash mismatch', () => {
    expect(parseRecord(Buffer.from(whole.replace('mark', 'bark')), digestOf(whole)).verdict).toBe(
      'hash_mismatch',
    );
  });

  test('a record of parties says what each principal is from then on, and has no lane', () => {
    const { format, lane, principalId, parties, statements } = parsed(buildRecord(PARTIES));
    expect({ format, lane, principalId, parties, statements }).toEqual({
      format: 'cutter-record/3',
      lane: null,
      principalId: null,
      parties: PARTIES.parties,
      statements: [],
    });
    const body = buildRecord(PARTIES).parts.join('');
    for (const other of [
      body.replace('"lane":null,"mode"', '"lane":"DOT-991","mode"'),
      body.replace(/"parties":\[.*?\],"personId"/, '"personId"'),
      body.replace('"kind":"person"', '"kind":"robot"'),
      body.replace('cutter-record/3', 'cutter-record/1'),
    ]) {
      expect(other).not.toBe(body);
      expect(judge(other).verdict).toBe('malformed');
    }
  });

  test('a version that is not known is named', () => {
    expect(judge(whole.replace('cutter-record/1', 'cutter-record/9'))).toEqual({
      verdict: 'unknown_format',
      format: 'cutter-record/9',
    });
  });

  test.each([
    ['not JSON', '{'],
    ['not canonical', whole.replace('{', '{ ')],
    ['a name given twice', whole.replace('{"at"', '{"at":"x","at"')],
    ['no object', '1'],
    ['no format', '{}'],
    ['a member too many', whole.replace('{"at"', '{"a":1,"at"')],
    ['a row without its shape', whole.replace(/"shapes":\[.*?\],"verb"/, '"shapes":[],"verb"')],
  ])('%s is malformed', (_, body) => {
    expect(judge(body).verdict).toBe('malformed');
  });
});
