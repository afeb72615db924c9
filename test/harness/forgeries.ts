import type { CutRows, Forger } from './forged-ledger.ts';
import type { Seeded } from './seeded.ts';

/** One broken rule, and what each judge says of it. */
export interface Forgery {
  readonly what: string;
  forge(forger: Forger, cut: CutRows, random: Seeded): Promise<void>;
  /** Verdicts of the full check, and of the monitor from the records alone. */
  readonly fsck: readonly string[];
  readonly monitor: readonly string[];
  /** Why the passport is refused; null where a passport can't show it. */
  readonly passport: RegExp | null;
  /** A finding of VERIFY; null where VERIFY doesn't look at it. */
  readonly verify: string | null;
  /** Of cuts that rest on a second approval. */
  readonly needsPrior?: boolean;
  /** Of cuts on which no later one builds: both lanes sign them anew. */
  readonly signsAnew?: boolean;
  /** Of all cuts of the same text. */
  readonly isOfText?: boolean;
  /** Not of one cut: it is forged once. */
  readonly isOfLedger?: boolean;
}

const G = 'cutter_governance';
const OTHER_DIGEST = `sha256:${'0'.repeat(64)}`;

/** A time, moved by some microseconds. */
const shifted = (forger: Forger, time: string, micros: number) =>
  forger.one(
    `select to_char(($1::timestamptz + $2 * interval '1 microsecond') at time zone 'UTC',
       'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')`,
    [time, micros],
  );

const findingsOf = async (forger: Forger, { decisionId }: CutRows) =>
  JSON.parse(
    await forger.one(`select findings::text from ${G}.review_decision where review_decision_id = $1`, [
      decisionId,
    ]),
  );

/** The cut and its verification say something else, and both lanes sign it. */
async function resign(
  forger: Forger,
  cut: CutRows,
  columns: Readonly<Record<string, string>>,
): Promise<void> {
  await forger.set('cut_change_set', cut.changeSetId, columns);
  if (cut.resultId !== null) await forger.set('verify_result', cut.resultId, columns);
  await forger.sign(cut);
}

/** A passport doesn't show who superseded a decision, nor moves. A monitor sees no times and no registrars. */
export const FORGERIES: readonly Forgery[] = [
  {
    what: 'the reviewer answers for the marker',
    forge: async (forger, { entryId, decisionId }) => {
      const { personId } = await forger.bodyOf(entryId);
      await forger.set('review_decision', decisionId, { reviewer_identity: personId });
      await forger.record('review_decision', decisionId, (body) => {
        body.personId = personId;
      });
    },
    fsck: ['sod-broken'],
    monitor: ['sod-broken'],
    passport: /^One person, .*, both marked and reviewed this\.$/,
    verify: null,
  },
  {
    what: 'the reviewer answers for the registrar of the text',
    isOfText: true,
    forge: async (forger, { sourceId, decisionId }) => {
      const { personId } = await forger.bodyOf(decisionId);
      const evidence = await forger.one(
        `select (reviewer_independence_evidence::jsonb || jsonb_build_object('registrar_person', $2::text))::text
         from ${G}.review_decision where review_decision_id = $1`,
        [decisionId, personId],
      );
      await forger.set('review_decision', decisionId, { reviewer_independence_evidence: evidence });
      await forger.record('cutter_source.source', sourceId, (body) => {
        body.personId = personId;
      });
    },
    fsck: ['sod-broken'],
    monitor: [],
    passport: /^One person, .*, both registered and reviewed this\.$/,
    verify: null,
  },
  {
    what: 'the verifier answers for the executor',
    forge: async (forger, { changeSetId, resultId }) => {
      if (resultId === null) return;
      const { personId } = await forger.bodyOf(changeSetId);
      await forger.record('verify_result', resultId, (body) => {
        body.personId = personId;
      });
    },
    fsck: ['sod-broken'],
    monitor: ['sod-broken'],
    passport: /^One person, .*, both cut and verified this\.$/,
    verify: null,
  },
  {
    what: 'the cut rests on an approval that was superseded',
    needsPrior: true,
    signsAnew: true,
    forge: async (forger, cut) => {
      const prior = cut.priorDecisionId as string;
      const manifestId = await forger.one(
        `select manifest_id::text from ${G}.review_decision where review_decision_id = $1`,
        [prior],
      );
      await resign(forger, cut, { review_decision_id: prior, manifest_id: manifestId });
    },
    fsck: ['approval-missing'],
    monitor: ['approval-missing'],
    passport: null,
    verify: 'approval-superseded',
  },
  {
    what: 'the approval had expired',
    forge: async (forger, { cutAt, decisionId }, random) => {
      const expires_at = await shifted(forger, cutAt, -random.between(0, 1));
      await forger.set('review_decision', decisionId, { expires_at });
    },
    fsck: ['approval-missing'],
    monitor: [],
    passport: /^The approval expired at /,
    verify: 'approval-expired',
  },
  {
    what: 'the approval was not in force yet',
    forge: async (forger, cut, random) => {
      const not_before = await shifted(forger, cut.cutAt, random.between(1, 2));
      const findings = JSON.stringify({ ...(await findingsOf(forger, cut)), not_before });
      await forger.set('review_decision', cut.decisionId, { findings });
    },
    fsck: ['approval-missing'],
    monitor: [],
    passport: /^The approval is in force from /,
    verify: 'approval-early',
  },
  {
    what: 'the decision does not approve',
    forge: (forger, { decisionId }, random) =>
      forger.set('review_decision', decisionId, { verdict: random.pick(['reject', 'defer', 'revert']) }),
    fsck: ['approval-missing'],
    monitor: ['record-incomplete'],
    passport: /^The review didn't approve/,
    verify: 'approval-missing',
  },
  {
    what: 'the approval is for another digest',
    forge: (forger, { decisionId }) =>
      forger.set('review_decision', decisionId, { manifest_version: OTHER_DIGEST }),
    fsck: ['approval-missing'],
    monitor: ['approval-missing'],
    passport: /^The approval is for the manifest sha256:0+;/,
    verify: 'approval-other',
  },
  {
    what: 'the cut is of another digest than was approved, and both lanes signed it',
    signsAnew: true,
    forge: (forger, cut) => resign(forger, cut, { manifest_version: OTHER_DIGEST }),
    fsck: ['approval-missing', 'digest-differs'],
    monitor: ['approval-missing'],
    passport: /^The cut is of the manifest sha256:0+;/,
    verify: 'manifest-digest',
  },
  {
    what: 'the approval names other records than its reviewer looked at',
    forge: async (forger, cut) => {
      const { reviewed, ...findings } = await findingsOf(forger, cut);
      const more = { ...reviewed, records: reviewed.records + 1 };
      await forger.set('review_decision', cut.decisionId, {
        findings: JSON.stringify({ ...findings, reviewed: more }),
      });
    },
    fsck: ['digest-differs'],
    // It sees that a decision was written, and nothing of its records.
    monitor: [],
    passport: /^Of the approved plan, the records that its reviewer looked at are sha256:/,
    verify: null,
  },
  {
    what: 'the approval is for a part of the manifest',
    forge: async (forger, { decisionId, manifestId }) => {
      const part = await forger.one(
        `select min(unit_local_id) from ${G}.manifest_unit_block where envelope_id = $1`,
        [manifestId],
      );
      await forger.set('review_decision', decisionId, { manifest_unit_local_id: part });
    },
    fsck: ['approval-missing'],
    monitor: ['approval-missing'],
    passport: /^The approval is for a part of the manifest/,
    verify: 'approval-partial',
  },
  {
    what: 'the approval came after the cut',
    forge: (forger, { decisionId, changeSetId }) => forger.swapPlaces(decisionId, changeSetId),
    // The open cut's entry ends in another state than its row has.
    fsck: ['approval-missing', 'edited', 'state-illegal'],
    monitor: ['approval-missing', 'state-illegal'],
    passport: /^cut .* position \d+, which is not after review at \d+\.$/,
    verify: null,
  },
  {
    what: 'the entry moved along no arrow',
    forge: async (forger, { cutHistoryId }, random) => {
      const entry_version_before = random.pick(['marked', 'review_pending', 'reviewed_rejected'] as const);
      await forger.set('decision_backlog_history', cutHistoryId, { entry_version_before });
      await forger.record('decision_backlog_history', cutHistoryId, ({ history }) => {
        for (const move of history) move.entry_version_before = entry_version_before;
      });
    },
    fsck: ['state-illegal'],
    monitor: ['state-illegal'],
    passport: null,
    verify: null,
  },
  {
    what: 'a status moved without its history',
    isOfLedger: true,
    forge: async (forger) => {
      const id = await forger.one(
        `select history_id::text from ${G}.decision_backlog_history where change_kind = 'abandon' order by 1 limit 1`,
      );
      await forger.record('decision_backlog_history', id, (body) => {
        body.history = [];
        body.rows = body.rows.filter((row) => row[1] !== id);
      });
      await forger.query(`delete from ${G}.decision_backlog_history where history_id = $1`, [id]);
      await forger.query(
        'update cutter_log.log set row_ids = array_remove(row_ids, $1::uuid) where row_ids @> array[$1::uuid]',
        [id],
      );
      await forger.query('delete from cutter_log.row_place where row_id = $1', [id]);
    },
    fsck: ['state-illegal'],
    monitor: ['state-illegal'],
    passport: null,
    verify: null,
  },
  {
    what: 'a status was set behind the ledger',
    isOfLedger: true,
    forge: (forger, { entryId }, random) =>
      forger.query(`update ${G}.decision_backlog_entry set status = $2 where entry_id = $1`, [
        entryId,
        random.pick(['marked', 'cut_applied', 'abandoned']),
      ]),
    fsck: ['edited'],
    monitor: [],
    passport: null,
    verify: null,
  },
  {
    what: 'an approval was altered behind the ledger',
    forge: (forger, { decisionId }) =>
      forger.query(
        `update ${G}.review_decision set expires_at = '2001-01-01' where review_decision_id = $1`,
        [decisionId],
      ),
    fsck: ['edited'],
    monitor: [],
    passport: /^Column expires_at of row /,
    verify: 'approval-expired',
  },
];
