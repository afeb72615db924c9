import pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { FsckFindings } from '../../../src/fsck/finding.ts';
import { checkApprovals } from '../../../src/fsck/meaning/approvals.ts';
import { APPROVAL_FAULTS, approvalFaults } from '../../../src/law/approval.ts';
import { VERDICTS, type Verdict } from '../../../src/law/values.ts';
import { type TestDatabase, testDatabase } from '../../harness/database.ts';
import { rows } from '../../harness/rows.ts';
import { type Seeded, seeded, testSeed } from '../../harness/seeded.ts';
import { insertAll, randomIds, timeTextOf } from '../../ledger/random-entries.ts';

/*
 * Cuts and decisions of every kind, thrown together as no verb would: the full check must find exactly those without an
 * approval in force, and exactly those reviewed by the registrar of the text.
 */

const G = 'cutter_governance';
const HEAD = 1000;

let database: TestDatabase;
let client: pg.Client;
beforeAll(async () => {
  database = await testDatabase({ log: 'empty' });
  client = new pg.Client({ connectionString: database.urls.evidence });
  await client.connect();
});
afterAll(() => client.end());

async function findingsNow(): Promise<FsckFindings['all']> {
  const findings = new FsckFindings();
  await checkApprovals(client, HEAD, [], findings);
  return findings.all;
}

const BASE_MS = Date.parse('2026-03-01T09:30:00Z');
const TIMES = [timeTextOf(BASE_MS - 1, 999), timeTextOf(BASE_MS), timeTextOf(BASE_MS, 1)] as const;

interface Plan {
  readonly id: string;
  readonly entryId: string;
}
interface Decision {
  readonly id: string;
  readonly plan: Plan;
  readonly digest: string;
  readonly unitLocalId: string | null;
  readonly verdict: Verdict;
  readonly isSuperseded: boolean;
  readonly expiresAt: string | null;
  readonly notBefore: string | null;
  readonly position: number | null;
}
interface Cut {
  readonly id: string;
  readonly entryId: string;
  readonly manifestId: string;
  readonly digest: string;
  readonly at: string;
  readonly position: number | null;
  /** The decision that it names; one that doesn't exist has only an id. */
  readonly decision: Decision | null;
}

function randomDecisions(random: Seeded, plans: readonly Plan[]): Decision[] {
  const id = randomIds(random);
  return Array.from({ length: 300 }, () => ({
    id: id(),
    plan: random.pick(plans),
    digest: `sha256:${random.between(1, 2)}`,
    unitLocalId: random.pick([null, null, null, 'u1']),
    verdict: random.pick([...VERDICTS, 'approve', 'approve', 'approve']),
    isSuperseded: random.between(0, 4) === 0,
    expiresAt: random.pick([null, null, null, ...TIMES]),
    notBefore: random.pick([null, null, null, ...TIMES]),
    position: random.pick([null, 3, 7]),
  }));
}

/** A cut is mostly of the plan and the digest that its decision approves. */
function randomCut(random: Seeded, id: string, decisions: readonly Decision[], plans: readonly Plan[]): Cut {
  const named = random.pick(decisions);
  const rarely = () => random.between(0, 5) === 0;
  const plan = rarely() ? random.pick(plans) : named.plan;
  return {
    id,
    entryId: rarely() ? random.pick(plans).entryId : plan.entryId,
    manifestId: plan.id,
    digest: rarely() ? `sha256:${random.between(1, 2)}` : named.digest,
    at: random.pick(TIMES),
    position: random.pick([null, 5, 9]),
    decision: rarely() ? null : named,
  };
}

function faultsOf({ decision, ...cut }: Cut) {
  const seen =
    decision === null
      ? null
      : {
          verdict: decision.verdict,
          manifestId: decision.plan.id,
          manifestDigest: decision.digest,
          entryId: decision.plan.entryId,
          unitLocalId: decision.unitLocalId,
          isSuperseded: decision.isSuperseded,
          expiresAt: decision.expiresAt,
          notBefore: decision.notBefore,
          position: decision.position,
        };
  return approvalFaults(seen, { ...cut, manifestDigest: cut.digest });
}

test('the full check finds the cuts without an approval in force, and says of each why', async () => {
  const random = seeded(testSeed()).named('approvals');
  const id = randomIds(random);
  const plans = Array.from({ length: 8 }, () => ({ id: id(), entryId: id() }));
  const decisions = randomDecisions(random, plans);
  const cuts = Array.from({ length: 500 }, () => randomCut(random, id(), decisions, plans));
  await insertPlans(plans);
  await insertDecisions(decisions);
  await insertCuts(cuts, id);
  await insertPositions([...decisions, ...cuts], id);

  const found = new Map(
    (await findingsNow()).map(({ key, verdict, message }) => [key, { verdict, message }]),
  );
  for (const cut of cuts) {
    const faults = faultsOf(cut);
    const finding = found.get(cut.id);
    expect(finding?.verdict, JSON.stringify(cut)).toBe(faults.length === 0 ? undefined : 'approval-missing');
    if (faults[0] !== undefined)
      expect(finding?.message).toMatch(new RegExp(`: the decision ${APPROVAL_FAULTS[faults[0]]}\\.$`));
  }
  expect(cuts.filter((cut) => faultsOf(cut).length === 0).length).toBeGreaterThan(10);
  expect(new Set(cuts.flatMap(faultsOf)).size).toBe(Object.keys(APPROVAL_FAULTS).length);
});

async function insertPlans(plans: readonly Plan[]): Promise<void> {
  const emitted_at = TIMES[0];
  await insertAll(
    database.superuser,
    `${G}.decision_backlog_entry`,
    plans.map(({ entryId }) => rows.entry({ entry_id: entryId, emitted_at })),
  );
  await insertAll(
    database.superuser,
    `${G}.manifest_envelope`,
    plans.map(({ id, entryId }) =>
      rows.envelope({ envelope_id: id, source_doc_ref: entryId, created_at: emitted_at }),
    ),
  );
  await insertAll(
    database.superuser,
    `${G}.manifest_unit_block`,
    plans.map(({ id }) => rows.block(id, { unit_local_id: 'u1', created_at: emitted_at })),
  );
}

const DECIDED = { decision_at: TIMES[0], created_at: TIMES[0], updated_at: TIMES[0] };

async function insertDecisions(decisions: readonly Decision[]): Promise<void> {
  await insertAll(
    database.superuser,
    `${G}.review_decision`,
    decisions.map((decision, at) =>
      rows.decision(decision.plan.id, {
        ...DECIDED,
        review_decision_id: decision.id,
        manifest_version: decision.digest,
        manifest_unit_local_id: decision.unitLocalId,
        verdict: decision.verdict,
        superseded_by_review_decision_id: decision.isSuperseded
          ? decisions[(at + 1) % decisions.length]?.id
          : null,
        expires_at: decision.expiresAt,
        findings: { input: null, not_before: decision.notBefore },
      }),
    ),
  );
}

async function insertCuts(cuts: readonly Cut[], id: () => string): Promise<void> {
  const made = cuts.map((cut) => {
    const signature = rows.signature('DOT-991', {
      cross_reference_change_set_id: cut.id,
      emitted_at: cut.at,
    });
    const changeSet = rows.changeSet(signature, {
      manifest_id: cut.manifestId,
      manifest_version: cut.digest,
      review_decision_id: cut.decision?.id ?? id(),
      decision_backlog_entry_id: cut.entryId,
      emitted_at: cut.at,
    });
    return { signature, changeSet };
  });
  const signatures = made.map(({ signature }) => signature);
  await insertAll(database.superuser, `${G}.dot_pair_signature`, signatures);
  await insertAll(
    database.superuser,
    `${G}.cut_change_set`,
    made.map(({ changeSet }) => changeSet),
  );
}

/** A line of the log for each position, with all rows that were written there. */
async function insertPositions(written: readonly (Decision | Cut)[], id: () => string): Promise<void> {
  const positions = new Set(written.flatMap(({ position }) => position ?? []));
  for (const position of positions) {
    const ids = written.filter((row) => row.position === position).map((row) => row.id);
    await database.superuser.query(
      'insert into cutter_log.log (position, record_id, record_hash, row_ids) values ($1, $2, $3, $4)',
      [position, id(), 'sha256:0', ids],
    );
  }
}

interface Review {
  readonly id: string;
  readonly decidedBy: string;
  readonly person: string;
  readonly registeredBy: string;
  readonly evidence: string | null;
  /** Who is named as the registrar; null where nobody is. */
  readonly named: { readonly registrar: string | null; readonly person: string | null } | null;
}

function randomReview(random: Seeded, id: string): Review {
  const one = (kind: string) => `${kind}${random.between(1, 3)}`;
  const registeredBy = one('principal');
  const named = random.pick([
    null,
    { registrar: registeredBy, person: one('person') },
    {
      registrar: random.pick([registeredBy, one('principal'), null]),
      person: random.pick([one('person'), null]),
    },
  ]);
  const silent = random.pick([
    null,
    '{}',
    'no JSON',
    '["registrar"]',
    '{"registrar',
    '{"other":{"registrar":"x"}}',
  ]);
  const evidence =
    named === null ? silent : JSON.stringify({ registrar: named.registrar, registrar_person: named.person });
  return { id, decidedBy: one('principal'), person: one('person'), registeredBy, evidence, named };
}

/** A review that names the registrar names the one of the source, and neither is the reviewer nor answers for it. */
function isBroken({ named, registeredBy, decidedBy, person }: Review): boolean {
  if (named === null) return false;
  return named.registrar !== registeredBy || decidedBy === registeredBy || named.person === person;
}

test('the full check finds the reviews by whoever registered the text', async () => {
  const random = seeded(testSeed()).named('registrars');
  const id = randomIds(random);
  const reviews = Array.from({ length: 300 }, () => randomReview(random, id()));
  const made = reviews.map((review) => {
    const source = { source_id: id(), registered_by: review.registeredBy, registered_at: TIMES[0] };
    const entry = { entry_id: id(), payload: { iu_ref: `source:${source.source_id}` }, emitted_at: TIMES[0] };
    const plan = { envelope_id: id(), source_doc_ref: entry.entry_id, created_at: TIMES[0] };
    const decision = {
      ...DECIDED,
      review_decision_id: review.id,
      decided_by: review.decidedBy,
      reviewer_identity: review.person,
      reviewer_independence_evidence: review.evidence,
    };
    return {
      source: { ...rows.source(source), content: '\\x78' },
      entry: rows.entry(entry),
      plan: rows.envelope(plan),
      decision: rows.decision(plan.envelope_id, decision),
    };
  });
  const insert = (table: string, part: keyof (typeof made)[number]) =>
    insertAll(
      database.superuser,
      table,
      made.map((row) => row[part]),
    );
  await insert('cutter_source.source', 'source');
  await insert(`${G}.decision_backlog_entry`, 'entry');
  await insert(`${G}.manifest_envelope`, 'plan');
  await insert(`${G}.review_decision`, 'decision');

  const found = (await findingsNow()).filter(({ verdict }) => verdict === 'sod-broken');
  const broken = reviews.filter(isBroken).map((review) => review.id);
  expect(found.map(({ key }) => key).sort()).toEqual(broken.sort());
  expect(broken.length).toBeGreaterThan(30);
});
