import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { FsckFindings } from '../../../src/fsck/finding.ts';
import { checkLineage } from '../../../src/fsck/meaning/lineage.ts';
import { checkOpenComments } from '../../../src/fsck/meaning/open-comments.ts';
import { type TestDatabase, testDatabase } from '../../harness/database.ts';
import { insertRow, NOW, rows } from '../../harness/rows.ts';

/* Comments, resolutions and decisions, thrown together as no verb would. */

const HEAD = 1000;
const RESOLUTION = 'cutter_source.comment_resolution';
const COMMENT = 'cutter_source.review_comment';

let database: TestDatabase;
let client: pg.Client;
beforeAll(async () => {
  database = await testDatabase({ log: 'empty' });
  client = new pg.Client({ connectionString: database.urls.evidence });
  await client.connect();
});
afterAll(() => client.end());
beforeEach(() => database.superuser.query('delete from cutter_log.log'));

async function placed(table: string, row: Record<string, unknown>, id: string, position: number | null) {
  await insertRow(database.superuser, table, row);
  if (position === null) return;
  await database.superuser.query(
    'insert into cutter_log.log (position, record_id, record_hash, row_ids) values ($1, $2, $3, $4)',
    [position, randomUUID(), 'sha256:0', [id]],
  );
}

interface Made {
  readonly said: number;
  readonly resolved?: number | null;
  readonly decided: number | null;
  readonly verdict?: string;
  readonly digest?: string;
  readonly isReply?: boolean;
}

/** A comment and a decision of one entry; returns the decision's id. */
async function made({ said, resolved, decided, verdict = 'approve', digest = 'sha256:1', isReply }: Made) {
  const [entryId, envelope, decision] = [randomUUID(), randomUUID(), randomUUID()];
  const commentId = randomUUID();
  await insertRow(
    database.superuser,
    'cutter_governance.decision_backlog_entry',
    rows.entry({ entry_id: entryId }),
  );
  await insertRow(
    database.superuser,
    'cutter_governance.manifest_envelope',
    rows.envelope({ envelope_id: envelope, source_doc_ref: entryId }),
  );
  const judged = { review_decision_id: decision, verdict, manifest_version: 'sha256:1' };
  await placed('cutter_governance.review_decision', rows.decision(envelope, judged), decision, decided);
  const comment = {
    comment_id: commentId,
    entry_id: entryId,
    manifest_digest: digest,
    reply_to: isReply === true ? randomUUID() : null,
    body: 'Why?',
    commented_by: 'p',
    commented_at: NOW,
  };
  await placed(COMMENT, comment, commentId, said);
  if (resolved !== undefined) await resolve(commentId, resolved);
  return decision;
}

async function resolve(commentId: string, position: number | null): Promise<string> {
  const id = randomUUID();
  await placed(
    RESOLUTION,
    { resolution_id: id, comment_id: commentId, resolved_by: 'p', resolved_at: NOW },
    id,
    position,
  );
  return id;
}

async function openNow(findings = new FsckFindings()): Promise<string[]> {
  const before = findings.all.length;
  await checkOpenComments(client, HEAD, findings);
  return findings.all.slice(before).map(({ verdict, key }) => `${verdict} ${key}`);
}

test.each<[string, Made]>([
  ['that nobody resolved', { said: 3, decided: 5 }],
  ['that was resolved later', { said: 3, decided: 5, resolved: 7 }],
  ['whose resolution waits for its position', { said: 3, decided: 5, resolved: null }],
])('an approval of a plan with a comment %s is a finding', async (_, how) => {
  const decision = await made(how);
  expect(await openNow()).toEqual([`comments-open ${decision}`]);
});

test.each<[string, Made]>([
  ['was resolved before', { said: 3, decided: 5, resolved: 4 }],
  ['came later', { said: 7, decided: 5 }],
  ['is about another plan of the entry', { said: 3, decided: 5, digest: 'sha256:2' }],
  ['answers another', { said: 3, decided: 5, isReply: true }],
  ['hinders no deferral', { said: 3, decided: 5, verdict: 'defer' }],
  ['may be seen or not: the approval waits for its position', { said: 3, decided: null }],
])('a comment is none that %s', async (_, how) => {
  await made(how);
  expect(await openNow()).toEqual([]);
});

test('a comment whose resolution was deleted is not blamed on the approval', async () => {
  await made({ said: 3, decided: 5 });
  const findings = new FsckFindings();
  findings.add({
    verdict: 'deleted',
    table: RESOLUTION,
    key: randomUUID(),
    column: null,
    after: 4,
    before: HEAD,
    message: 'Gone.',
  });
  expect(await openNow(findings)).toEqual([]);
});

test('answers and resolutions lead to a comment that begins a thread, and comments to their entry', async () => {
  await made({ said: 3, decided: 5, isReply: true });
  const orphan = await resolve(randomUUID(), 9);
  await database.superuser.query(
    'update cutter_source.review_comment set entry_id = $1 where reply_to is null',
    [randomUUID()],
  );
  const findings = new FsckFindings();
  await checkLineage(client, HEAD, findings);
  const found = new Set(findings.all.map(({ table, column }) => `${table}.${column}`));
  expect(found).toContain(`${COMMENT}.reply_to`);
  expect(found).toContain(`${COMMENT}.entry_id`);
  expect(findings.all.find(({ key }) => key === orphan)).toMatchObject({
    table: RESOLUTION,
    column: 'comment_id',
    verdict: 'lineage-broken',
  });
});
