import { beforeAll, describe, expect, test } from 'vitest';
import { parseRecord } from '../../../src/law/parse-record.ts';
import { FINGERPRINT_LENGTH, fingerprintOf } from '../../../src/law/record.ts';
import { type EntryState, isTerminal } from '../../../src/law/states.ts';
import { type Bounds, EntryJudge } from '../../../src/monitor/judges/entry-judge.ts';
import type { MonitorFinding } from '../../../src/monitor/judges/finding.ts';
import { openBody } from '../../../src/monitor/judges/record-judge.ts';
import { canonicalJson, type PlainJson } from '../../../src/proof/canonical.ts';
import { digestOf } from '../../../src/proof/digest.ts';
import { everyKindOfPhase } from '../../fsck/fsck-ground.ts';
import { testServer } from '../../harness/server.ts';

interface Body {
  verb: string;
  lane: string;
  mode: string;
  at: string;
  principalId: string;
  personId: string;
  history: {
    entry_id: string;
    entry_version_before: string | null;
    entry_version_after: string;
    change_kind: string;
    changed_by: string;
  }[];
  shapes: { op: string; table: string; columns: string[] }[];
  rows: [shape: number, id: string, digest: string, packed: string][];
}

/** The records of a ledger in which everything has happened once, as they stand in its log. */
let bodies: readonly string[];
/** How many entries can still be moved. */
let openEntries: number;
beforeAll(async () => {
  const server = await testServer();
  await everyKindOfPhase(server);
  const { rows } = await server.superuser.query<{ body: string }>(
    `select (select string_agg(body, '' order by part) from cutter_log.record_part p where p.record_id = l.record_id) as body
     from cutter_log.log l order by position`,
  );
  bodies = rows.map(({ body }) => body);
  const { rows: statuses } = await server.superuser.query<{ status: EntryState }>(
    'select status from cutter_governance.decision_backlog_entry',
  );
  openEntries = statuses.filter(({ status }) => !isTerminal(status)).length;
});

const BOUNDS: Bounds = { verifyMs: 3_600_000, escalationMs: 3_600_000, unsignedMs: 60_000 };
const DAY = 86_400_000;

/** Judges the records, changed on the way, as a monitor that reads them one by one. */
function judged(change: (records: Body[]) => void = () => {}, bounds = BOUNDS): MonitorFinding[] {
  const records = bodies.map((body) => JSON.parse(body) as Body);
  change(records);
  const judge = new EntryJudge(bounds);
  return records.flatMap((record, position) => {
    const text = canonicalJson(record as unknown as PlainJson);
    const read = parseRecord(Buffer.from(text), digestOf(text));
    if (read.verdict !== 'ok') throw new Error(`position ${position}: ${JSON.stringify(read)}`);
    return [...judge.take(read.record, position).findings];
  });
}

const isCutOf = (kind: string) => (record: Body) => record.history.some((move) => move.change_kind === kind);
const first = (records: Body[], kind: string) => records.find(isCutOf(kind)) as Body;
const entryOf = (record: Body, kind: string) =>
  record.history.find((move) => move.change_kind === kind)?.entry_id as string;
/** The record that made this move of the entry. */
const moveOf = (records: Body[], entryId: string, kind: string) =>
  records.find((record) =>
    record.history.some((move) => move.entry_id === entryId && move.change_kind === kind),
  ) as Body;

/** The record says that somebody else made it, in its rows as well. */
function madeBy(record: Body, other: Body, ...columns: [table: string, column: string][]): void {
  for (const move of record.history) move.changed_by = other.principalId;
  for (const [table, column] of [['decision_backlog_history', 'changed_by'], ...columns] as const)
    restate(record, table, column, other.principalId);
  record.principalId = other.principalId;
}

/** Rewrites a column's fingerprint in each inserted row of a table. */
function restate(record: Body, table: string, column: string, value: PlainJson): void {
  for (const row of record.rows) {
    const shape = record.shapes[row[0]];
    if (shape?.table !== table || shape.op !== 'insert') continue;
    const at = shape.columns.indexOf(column) * FINGERPRINT_LENGTH;
    row[3] =
      row[3].slice(0, at) + fingerprintOf(canonicalJson(value)) + row[3].slice(at + FINGERPRINT_LENGTH);
  }
}

function withoutRow(record: Body, table: string): void {
  const at = record.rows.findIndex(
    ([shape]) => record.shapes[shape]?.table === table && record.shapes[shape]?.op === 'insert',
  );
  record.rows.splice(at, 1);
}

const verdicts = (change: (records: Body[]) => void) => judged(change).map(({ verdict }) => verdict);

test('a ledger in which everything has happened once breaks no rule', () => {
  expect(judged()).toEqual([]);
});

describe('is seen, with its place and its entry', () => {
  test.each<[string, string, (records: Body[]) => void]>([
    [
      'a reviewer who marked',
      'sod-broken',
      (records) => {
        const review = first(records, 'review:approve');
        madeBy(review, moveOf(records, entryOf(review, 'review:approve'), 'mark'), [
          'review_decision',
          'decided_by',
        ]);
      },
    ],
    [
      'a reviewer who answers for the marker',
      'sod-broken',
      (records) => {
        const review = first(records, 'review:approve');
        review.personId = moveOf(records, entryOf(review, 'review:approve'), 'mark').personId;
      },
    ],
    [
      'a verifier who cut',
      'sod-broken',
      (records) => {
        const verify = first(records, 'verify:pass');
        madeBy(verify, moveOf(records, entryOf(verify, 'verify:pass'), 'cut'), [
          'verify_result',
          'verified_by',
        ]);
      },
    ],
    [
      'a verifier who answers for the executor',
      'sod-broken',
      (records) => {
        const verify = first(records, 'verify:pass');
        verify.personId = moveOf(records, entryOf(verify, 'verify:pass'), 'cut').personId;
      },
    ],
    [
      'a cut by the verifying lane',
      'state-illegal',
      (records) => void Object.assign(first(records, 'cut'), { lane: 'DOT-992' }),
    ],
    [
      'a verification by the executing lane',
      'state-illegal',
      (records) => void Object.assign(first(records, 'verify:pass'), { lane: 'DOT-991' }),
    ],
    [
      'a cut in the record of a sweep',
      'state-illegal',
      (records) => void Object.assign(first(records, 'cut'), { verb: 'sweep' }),
    ],
    [
      'a move that names another than its caller',
      'state-illegal',
      (records) => {
        const cut = first(records, 'cut');
        cut.principalId = cut.personId;
        restate(cut, 'cut_change_set', 'emitted_by', cut.personId);
      },
    ],
    [
      'a real person on an entry of sample persons',
      'modes-mixed',
      (records) => void Object.assign(first(records, 'verify:pass'), { mode: 'production' }),
    ],
    [
      'a cut that names another approval',
      'approval-missing',
      (records) => {
        restate(first(records, 'cut'), 'cut_change_set', 'review_decision_id', 'another');
      },
    ],
    [
      'a cut for another plan',
      'approval-missing',
      (records) => {
        restate(first(records, 'cut'), 'cut_change_set', 'manifest_id', 'another');
      },
    ],
    [
      'a verdict on another change set',
      'record-incomplete',
      (records) => {
        restate(first(records, 'verify:pass'), 'verify_result', 'change_set_id', 'another');
      },
    ],
    [
      'a verdict that the result contradicts',
      'record-incomplete',
      (records) => {
        restate(first(records, 'verify:pass'), 'verify_result', 'verdict', 'fail');
      },
    ],
    [
      'a cut without a signature',
      'record-incomplete',
      (records) => withoutRow(first(records, 'cut'), 'dot_pair_signature'),
    ],
    [
      'a verification without a signature',
      'record-incomplete',
      (records) => withoutRow(first(records, 'verify:pass'), 'dot_pair_signature'),
    ],
    [
      'a review without a decision',
      'record-incomplete',
      (records) => {
        // Of an entry that isn't cut, where the missing approval would be missed as well.
        withoutRow(first(records, 'review:reject'), 'review_decision');
      },
    ],
    [
      'an entry without its row',
      'record-incomplete',
      (records) => withoutRow(first(records, 'mark'), 'decision_backlog_entry'),
    ],
    [
      'a history row that isn’t the one written',
      'record-incomplete',
      (records) => {
        restate(first(records, 'abandon'), 'decision_backlog_history', 'changed_by', 'another');
      },
    ],
    [
      'a failed verification that nothing compensates',
      'escalation-missing',
      (records) => withoutRow(first(records, 'verify:fail'), 'cut_change_set'),
    ],
    [
      'a second signature in one record',
      'record-excessive',
      (records) => {
        const cut = first(records, 'cut');
        const row = cut.rows.find(
          ([shape]) => cut.shapes[shape]?.table === 'dot_pair_signature',
        ) as Body['rows'][number];
        cut.rows.push([row[0], 'another', row[2], row[3]]);
      },
    ],
    [
      'a change set in the record of a sweep',
      'record-excessive',
      (records) => {
        const [cut, sweep] = [first(records, 'cut'), first(records, 'sweep_promote')];
        const row = cut.rows.find(
          ([shape]) => cut.shapes[shape]?.table === 'cut_change_set',
        ) as Body['rows'][number];
        sweep.shapes.push(cut.shapes[row[0]] as Body['shapes'][number]);
        sweep.rows.push([sweep.shapes.length - 1, 'another', row[2], row[3]]);
      },
    ],
    [
      'a status that its history doesn’t tell',
      'state-illegal',
      (records) => {
        const cut = first(records, 'cut');
        const row = cut.rows.find(
          ([shape]) =>
            cut.shapes[shape]?.op === 'update' && cut.shapes[shape]?.table === 'decision_backlog_entry',
        ) as Body['rows'][number];
        row[2] = `${row[2][0] === 'A' ? 'B' : 'A'}${row[2].slice(1)}`;
      },
    ],
    [
      'a move that left the status as it was',
      'record-incomplete',
      (records) => {
        const end = first(records, 'abandon');
        end.rows = end.rows.filter(([shape]) => end.shapes[shape]?.op !== 'update');
      },
    ],
    [
      'a verb that nobody knows',
      'record-unknown',
      (records) => {
        (records.find(({ verb }) => verb === 'registerSource') as Body).verb = 'forget';
      },
    ],
    [
      'a cut that waited too long for its verdict',
      'verify-late',
      (records) => {
        const verify = first(records, 'verify:pass');
        verify.at = new Date(Date.parse(verify.at) + DAY).toISOString().replace('Z', '000Z');
        for (const move of verify.history as unknown as { changed_at: string }[]) move.changed_at = verify.at;
        restate(verify, 'decision_backlog_history', 'changed_at', verify.at);
      },
    ],
  ])('%s: %s', (_, verdict, change) => {
    const findings = judged(change);
    expect(
      findings.map((finding) => finding.verdict),
      JSON.stringify(findings),
    ).toEqual([verdict]);
    expect(findings[0]?.message).toMatch(/\.$/);
    expect(findings[0]?.position).toEqual(expect.any(Number));
  });

  test('a step that was left out', () => {
    const found = judged((records) => {
      records.splice(records.findIndex(isCutOf('review:approve')), 1);
    });
    expect(found.map(({ verdict }) => verdict)).toEqual(['state-illegal', 'approval-missing']);
    expect(found[0]?.message).toMatch(
      /moved by cut from reviewed_approved to cut_applied, but it was in review_pending/,
    );
  });

  test('a cut that was made twice', () => {
    const found = verdicts((records) => {
      const cut = first(records, 'cut');
      records.splice(records.indexOf(cut), 0, cut);
    });
    expect(new Set(found)).toEqual(new Set(['state-illegal']));
  });

  test('an approval that a later review took back', () => {
    const found = verdicts((records) => {
      const again = records.find(
        (record) =>
          record.history[0]?.change_kind === 'review:approve' &&
          record.history[0].entry_version_before === 'reviewed_approved',
      ) as Body;
      const entryId = again.history[0]?.entry_id as string;
      // The cut of another entry, made to be one of this entry, on the decision that the second review replaced.
      const [before] = records.filter((record) =>
        record.history.some((move) => move.entry_id === entryId && move.change_kind === 'review:approve'),
      );
      const decision = (record: Body) =>
        record.rows.find(([shape]) => record.shapes[shape]?.table === 'review_decision')?.[1] as string;
      const envelope = (record: Body) =>
        record.rows.find(([shape]) => record.shapes[shape]?.table === 'manifest_envelope')?.[1] as string;
      const cut = structuredClone(first(records, 'cut'));
      for (const move of cut.history) move.entry_id = entryId;
      restate(cut, 'decision_backlog_history', 'entry_id', entryId);
      restate(cut, 'cut_change_set', 'decision_backlog_entry_id', entryId);
      restate(cut, 'cut_change_set', 'review_decision_id', decision(before as Body));
      restate(cut, 'cut_change_set', 'manifest_id', envelope(before as Body));
      for (const row of cut.rows)
        if (cut.shapes[row[0]]?.table === 'decision_backlog_entry') row[1] = entryId;
      records.push(cut);
    });
    expect(found).toContain('approval-missing');
  });
});

describe('time', () => {
  const judgeUntil = (kind: string, bounds: Bounds) => {
    const judge = new EntryJudge(bounds);
    for (const [position, body] of bodies.entries()) {
      const read = parseRecord(Buffer.from(body), digestOf(body));
      if (read.verdict !== 'ok') throw new Error('a record of the ledger');
      judge.take(read.record, position);
      if (isCutOf(kind)(JSON.parse(body) as Body)) break;
    }
    return judge;
  };

  test('a cut that still waits is told once when its time is over', () => {
    const judge = judgeUntil('cut', BOUNDS);
    expect(judge.overdue(Date.now())).toEqual([]);
    expect(judge.overdue(Date.now() + DAY)).toMatchObject([
      {
        verdict: 'verify-late',
        message: expect.stringMatching(/still waits for its verification after 24 h; 1 h are allowed/),
      },
    ]);
    expect(judge.overdue(Date.now() + 2 * DAY)).toEqual([]);
  });

  test('an escalation that nobody ends is told', () => {
    const judge = judgeUntil('verify:fail', { ...BOUNDS, verifyMs: 10 * DAY, escalationMs: DAY });
    expect(judge.overdue(Date.now())).toEqual([]);
    expect(judge.overdue(Date.now() + 2 * DAY).map(({ verdict }) => verdict)).toEqual(['escalation-late']);
  });

  test('a record from the future is told, and judged all the same', () => {
    const body = bodies.find((text) => text.includes('"verb":"registerSource"')) as string;
    const past = Date.parse((JSON.parse(body) as Body).at) - DAY;
    expect(openBody(body, digestOf(body), 0, past)).toMatchObject({
      record: { verb: 'registerSource' },
      finding: { verdict: 'dated-wrong' },
    });
    expect(openBody(body, digestOf(body), 0, Date.now()).finding).toBeNull();
  });
});

describe('a body', () => {
  test('that is withheld, altered, or of no known form is told', () => {
    const body = bodies[3] as string;
    const other = body.replace('"mode":"rehearsal"', '"mode":"production"');
    const unknown = body.replace('cutter-record/', 'cutter-scroll/');
    const verdictOf = (text: string | null, hash: string) =>
      openBody(text, hash, 3, Date.now()).finding?.verdict;
    expect(verdictOf(null, digestOf(body))).toBe('record-withheld');
    expect(verdictOf(other, digestOf(body))).toBe('record-altered');
    expect(verdictOf('', digestOf(body))).toBe('record-altered');
    expect(verdictOf('\ud800', digestOf(body))).toBe('record-altered');
    expect(verdictOf(unknown, digestOf(unknown))).toBe('record-unknown');
    expect(verdictOf('{}', digestOf('{}'))).toBe('record-unknown');
  });

  test('that could not be read blames nobody for what happened in it', () => {
    const judge = new EntryJudge(BOUNDS);
    const gone = bodies.findIndex((body) => isCutOf('cut')(JSON.parse(body) as Body));
    const findings = bodies.flatMap((body, position) => {
      if (position === gone) {
        judge.blank();
        return [];
      }
      const read = parseRecord(Buffer.from(body), digestOf(body));
      return read.verdict === 'ok' ? judge.take(read.record, position).findings : [];
    });
    expect(findings).toEqual([]);
  });
});

test('a judge that was ended goes on where it stood, and remembers open entries alone', () => {
  let judge = new EntryJudge(BOUNDS);
  for (const [position, body] of bodies.entries()) {
    const read = parseRecord(Buffer.from(body), digestOf(body));
    if (read.verdict === 'ok') expect(judge.take(read.record, position).findings).toEqual([]);
    judge = new EntryJudge(BOUNDS, JSON.parse(JSON.stringify(judge.state())));
  }
  expect(judge.open).toBe(openEntries);
});
