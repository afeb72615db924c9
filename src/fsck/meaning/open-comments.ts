import type { Client } from 'pg';
import type { FsckFindings } from '../finding.ts';
import { eachJsonRow, positionSql } from '../json-rows.ts';

const COMMENTS = 'cutter_source.review_comment';
const RESOLUTIONS = 'cutter_source.comment_resolution';
const DECISIONS = 'cutter_governance.review_decision';
const ENVELOPES = 'cutter_governance.manifest_envelope';

interface OpenRow {
  readonly decision_id: string;
  readonly manifest_id: string;
  readonly comment_id: string;
  readonly resolution_id: string | null;
}

/*
 * A comment, its resolution and an approval lock the same entry, so that their positions say which saw which. What
 * waits for its position is judged once it has one.
 */
const OPEN_SQL = `/* fsck.comments */ select json_build_object('decision_id', s.decision_id,
    'manifest_id', s.manifest_id, 'comment_id', s.comment_id, 'resolution_id', s.resolution_id)
  from (
    select d.review_decision_id as decision_id, d.manifest_id, c.comment_id, r.resolution_id,
      ${positionSql('d.review_decision_id')} as decided, ${positionSql('c.comment_id')} as said,
      ${positionSql('r.resolution_id')} as resolved
    from ${COMMENTS} c
    join ${ENVELOPES} e on e.source_doc_ref = c.entry_id::text
    join ${DECISIONS} d on d.manifest_id = e.envelope_id
    left join ${RESOLUTIONS} r on r.comment_id = c.comment_id
    where c.reply_to is null and d.verdict = 'approve' and d.manifest_version = c.manifest_digest) s
  where s.said < s.decided and (s.resolved < s.decided) is not true`;

/** No plan was approved while a comment on it was open (G-REVIEW-COMMENTS). */
export async function checkOpenComments(client: Client, head: number, findings: FsckFindings): Promise<void> {
  // Without a resolution that was deleted or altered, a comment only looks open.
  const isDoubtful = findings.all.some(({ table }) => table === RESOLUTIONS);
  await eachJsonRow<OpenRow>(client, OPEN_SQL, ({ decision_id, manifest_id, comment_id, resolution_id }) => {
    if (isDoubtful && resolution_id === null) return;
    findings.derive(
      [
        [DECISIONS, decision_id],
        [ENVELOPES, manifest_id],
        [COMMENTS, comment_id],
        [RESOLUTIONS, resolution_id],
      ],
      {
        verdict: 'comments-open',
        table: DECISIONS,
        key: decision_id,
        column: 'verdict',
        after: null,
        before: head,
        message: `The plan was approved while comment ${comment_id} on it was open.`,
      },
    );
  });
}
