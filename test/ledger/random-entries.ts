import { createHash } from 'node:crypto';
import type { Pool } from 'pg';
import { type EntryState, TRANSITIONS } from '../../src/law/states.ts';
import { ENTRY_KINDS, type EntryKind, type Verdict } from '../../src/law/values.ts';
import { rows, type Values } from '../harness/rows.ts';
import type { Seeded } from '../harness/seeded.ts';

/*
 * Entries that went random ways through the table of transitions, with the rows that verbs would have left: what SQL
 * says of them is held to the law, row by row.
 */

export interface RandomDecision {
  readonly id: string;
  readonly manifestId: string;
  readonly manifestDigest: string;
  readonly verdict: Verdict;
  /** UTC text with microseconds, as the ledger writes times. */
  readonly notBefore: string | null;
  readonly expiresAt: string | null;
  readonly createdAt: string;
  supersededBy: string | null;
}

export interface RandomEntry {
  readonly id: string;
  readonly kind: EntryKind;
  readonly emittedAt: string;
  status: EntryState;
  /** In the order in which they were made: the last one is live. */
  readonly decisions: RandomDecision[];
  cut: { readonly id: string; readonly decision: RandomDecision; isCompensated: boolean } | null;
}

/** UTC text with microseconds of a moment in milliseconds since 1970. */
export function timeTextOf(ms: number, micros = 0): string {
  return new Date(ms).toISOString().replace('Z', `${String(micros).padStart(3, '0')}Z`);
}

/** Ids look random, follow from the seed, and don't order by their making. */
export function randomIds(random: Seeded): () => string {
  return () => {
    const bytes = createHash('sha256')
      .update(`${random.between(0, 2 ** 32)} ${random.between(0, 2 ** 32)}`)
      .digest('hex');
    return `${bytes.slice(0, 8)}-${bytes.slice(8, 12)}-4${bytes.slice(13, 16)}-8${bytes.slice(17, 20)}-${bytes.slice(20, 32)}`;
  };
}

const HOUR_MS = 3_600_000;

/** `count` entries, each at the end of a way of its own. `now` is about the time at which they are looked at. */
export function randomEntries(random: Seeded, count: number, now = Date.now()): RandomEntry[] {
  const id = randomIds(random);
  return Array.from({ length: count }, () => {
    const entry: RandomEntry = {
      id: id(),
      kind: random.between(0, 4) === 0 ? random.pick(ENTRY_KINDS) : 'cut_request',
      // A few moments only, so that many entries are of the same age.
      emittedAt: timeTextOf(now - HOUR_MS * random.between(100, 104), random.between(0, 2)),
      status: 'marked',
      decisions: [],
      cut: null,
    };
    const steps = random.between(0, 8);
    for (let step = 0; step < steps; step += 1) stepAtRandom(entry, random, id, now - HOUR_MS * (50 - step));
    return entry;
  });
}

function stepAtRandom(entry: RandomEntry, random: Seeded, id: () => string, at: number): void {
  const arrows = TRANSITIONS.filter(({ from }) => from === entry.status);
  if (arrows.length === 0) return;
  const { verb, to } = random.pick(arrows);
  entry.status = to;
  if (verb.startsWith('review:')) decide(entry, verb.slice('review:'.length) as Verdict, random, id, at);
  const decision = entry.decisions.at(-1);
  if (verb === 'cut' && decision !== undefined) entry.cut = { id: id(), decision, isCompensated: false };
  if (verb === 'verify:fail' && entry.cut !== null) entry.cut.isCompensated = true;
}

function decide(entry: RandomEntry, verdict: Verdict, random: Seeded, id: () => string, at: number): void {
  const time = () => {
    const hours = random.pick([null, null, -2, 2]);
    return hours === null ? null : timeTextOf(at + (50 + hours) * HOUR_MS, random.between(0, 999));
  };
  const decision: RandomDecision = {
    id: id(),
    manifestId: id(),
    manifestDigest: `sha256:${random.between(1, 9)}`,
    verdict,
    notBefore: time(),
    expiresAt: time(),
    createdAt: timeTextOf(at),
    supersededBy: null,
  };
  const prior = entry.decisions.at(-1);
  if (prior !== undefined) prior.supersededBy = decision.id;
  entry.decisions.push(decision);
}

/** The decision that nothing supersedes. */
export function liveDecision({ decisions }: RandomEntry): RandomDecision | null {
  return decisions.at(-1) ?? null;
}

/** Inserts what the verbs would have left, as superuser. */
export async function insertEntries(superuser: Pool, entries: readonly RandomEntry[]): Promise<void> {
  const G = 'cutter_governance';
  const insert = (table: string, made: readonly Values[]) => insertAll(superuser, `${G}.${table}`, made);
  await insert('decision_backlog_entry', entries.map(entryRow));
  const decisions = entries.flatMap((entry) => entry.decisions.map((decision) => ({ entry, decision })));
  await insert(
    'manifest_envelope',
    decisions.map(({ entry, decision }) =>
      rows.envelope({
        envelope_id: decision.manifestId,
        source_doc_ref: entry.id,
        created_at: decision.createdAt,
      }),
    ),
  );
  await insert(
    'review_decision',
    decisions.map(({ entry, decision }) => decisionRow(entry, decision)),
  );
  const cuts = entries.flatMap((entry) => (entry.cut === null ? [] : [{ entry, cut: entry.cut }]));
  const made = cuts.map(({ entry, cut }) => {
    const signature = rows.signature('DOT-991', {
      cross_reference_change_set_id: cut.id,
      emitted_at: CUT_AT,
    });
    const of = {
      manifest_id: cut.decision.manifestId,
      manifest_version: cut.decision.manifestDigest,
      review_decision_id: cut.decision.id,
      decision_backlog_entry_id: entry.id,
      emitted_at: CUT_AT,
    };
    const compensation = cut.isCompensated ? [rows.compensation(signature, of)] : [];
    return { signature, changeSets: [rows.changeSet(signature, of), ...compensation] };
  });
  await insert(
    'dot_pair_signature',
    made.map(({ signature }) => signature),
  );
  await insert(
    'cut_change_set',
    made.flatMap(({ changeSets }) => changeSets),
  );
}

const CUT_AT = timeTextOf(Date.now());

function entryRow({ id, kind, status, emittedAt }: RandomEntry): Values {
  const payload = {
    idempotency_key: `mark-${id}`,
    signal_source: 'random',
    iu_ref: null,
    proposed_cut_spec: null,
  };
  return rows.entry({ entry_id: id, kind, status, payload, emitted_at: emittedAt });
}

function decisionRow({ decisions }: RandomEntry, decision: RandomDecision): Values {
  const times = {
    decision_at: decision.createdAt,
    created_at: decision.createdAt,
    updated_at: decision.createdAt,
  };
  return rows.decision(decision.manifestId, {
    ...times,
    review_decision_id: decision.id,
    manifest_version: decision.manifestDigest,
    verdict: decision.verdict,
    findings: { input: {}, not_before: decision.notBefore },
    expires_at: decision.expiresAt,
    prior_review_decision_id: decisions[decisions.indexOf(decision) - 1]?.id ?? null,
    superseded_by_review_decision_id: decision.supersededBy,
  });
}

/** Inserts rows in one statement: a column that a row hasn't is null. */
export async function insertAll(superuser: Pool, table: string, made: readonly Values[]): Promise<void> {
  if (made.length === 0) return;
  const names = [...new Set(made.flatMap((row) => Object.keys(row)))].join(', ');
  await superuser.query(
    `insert into ${table} (${names}) select ${names} from json_populate_recordset(null::${table}, $1)`,
    [JSON.stringify(made)],
  );
}
