import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { beforeAll, describe, expect, test } from 'vitest';
import { docCodeOf } from '../../../src/cli/walk/document-code.ts';
import type { Clients, Role } from '../../../src/cli/walk/phases.ts';
import { ROLES } from '../../../src/cli/walk/phases.ts';
import { planOf } from '../../../src/cli/walk/reading.ts';
import { walkDocument } from '../../../src/cli/walk/walk.ts';
import { ReconstructDocumentDocument } from '../../../src/client/generated/graphql.ts';
import type { Operation } from '../../../src/client/operation.ts';
import { clientsOf } from '../../harness/cli.ts';
import { added } from '../../harness/row-counts.ts';
import { type TestServer, testServer } from '../../harness/server.ts';

const LAWS = new URL('../../../../shared/laws/', import.meta.url).pathname;
const STATUTES = existsSync(LAWS)
  ? readdirSync(LAWS)
      .filter((name) => /^[a-z].*\.md$/.test(name))
      .sort()
  : [];
if (STATUTES.length === 0)
  process.stdout.write('Skipped: ../shared/laws is not here, so no statute is cut (40 tests).\n');

let server: TestServer;
beforeAll(async () => {
  if (STATUTES.length > 0) server = await testServer();
});

interface Success {
  readonly __typename: string;
  readonly rows?: readonly { table: string; inserted: number }[];
  readonly changeSet?: { readonly changeSetId: string };
}

/** The clients of a run, with what the verbs answered. */
function overheard(): { clients: Clients; answers: Success[] } {
  const answers: Success[] = [];
  const plain = clientsOf(server);
  const listening = (role: Role) => ({
    url: plain[role].url,
    async execute<Result, Variables>(operation: Operation<Result, Variables>, variables: Variables) {
      const result = await plain[role].execute(operation, variables);
      const { outcome } = result as { outcome?: Success };
      if (outcome?.rows !== undefined) answers.push(outcome);
      return result;
    },
  });
  const clients = Object.fromEntries(ROLES.map((role) => [role, listening(role)])) as Clients;
  return { clients, answers };
}

function inserted({ rows = [] }: Success): Record<string, number> {
  const some = rows.filter((row) => row.inserted > 0);
  return Object.fromEntries(some.map((row) => [row.table.replace(/^.*\./, ''), row.inserted]));
}

/** What each phase inserts for one entry: the table of the specification. */
function expected(records: number, born: number): Record<string, Record<string, number>> {
  const history = { decision_backlog_history: 1 };
  return {
    RegisterSourceSuccess: { source: 1 },
    MarkSuccess: { decision_backlog_entry: 1, ...history },
    SweepSuccess: { decision_backlog_sweep_log: 1, ...history },
    ReviewSuccess: { manifest_envelope: 1, manifest_unit_block: records, review_decision: 1, ...history },
    CutSuccess: {
      dot_pair_signature: 1,
      cut_change_set: 1,
      cut_change_set_affected_row: born,
      ...history,
      information_unit: born,
      unit_version: born,
    },
    VerifySuccess: { dot_pair_signature: 1, verify_result: 1, ...history },
  };
}

/** What the whole path adds, counted in the tables. */
function expectedInAll(records: number, born: number): Record<string, number> {
  return {
    'cutter_source.source': 1,
    'cutter_governance.decision_backlog_entry': 1,
    'cutter_governance.decision_backlog_history': 5,
    'cutter_governance.decision_backlog_sweep_log': 1,
    'cutter_governance.manifest_envelope': 1,
    'cutter_governance.manifest_unit_block': records,
    'cutter_governance.review_decision': 1,
    'cutter_governance.dot_pair_signature': 2,
    'cutter_governance.cut_change_set': 1,
    'cutter_governance.cut_change_set_affected_row': born,
    'cutter_governance.verify_result': 1,
    'public.information_unit': born,
    'public.unit_version': born,
    'cutter_log.pending and log': 6,
  };
}

describe.skipIf(STATUTES.length === 0)('statutes', () => {
  test('are forty', () => {
    expect(STATUTES).toHaveLength(40);
  });

  test.each(STATUTES)('%s ends verified_complete and is given back byte for byte', async (name) => {
    const bytes = readFileSync(LAWS + name);
    const { clients, answers } = overheard();
    const document = { docCode: docCodeOf(name), title: null, profile: 'markdown', granularity: null, bytes };
    let end = { entryId: '', status: '' };
    const rows = await added(server, async () => {
      end = await walkDocument({ clients, document, print: () => {}, confirm: async () => true });
    });
    expect(end.status).toBe('VERIFIED_COMPLETE');

    const { actionCounts, coverage } = await planOf({ clients, entryId: end.entryId });
    const count = (action: string) => actionCounts.find((one) => one.action === action)?.count ?? 0;
    const born = count('UNCHANGED'); // every unit that this cut bore stands as the document has it
    const records = born + count('EXCLUDED');
    expect(coverage).toMatchObject({ bytes: bytes.length, complete: true });
    expect(Object.fromEntries(answers.map((one) => [one.__typename, inserted(one)]))).toEqual(
      expected(records, born),
    );
    const { 'cutter_log.record_part': parts, 'cutter_auth.audit': _audited, ...ledger } = rows;
    expect(ledger).toEqual(expectedInAll(records, born));
    expect(parts).toBeGreaterThanOrEqual(6);

    const changeSetId = answers.find((one) => one.changeSet)?.changeSet?.changeSetId as string;
    const rebuilt = await clients.reviewer.execute(ReconstructDocumentDocument, { changeSetId });
    if (rebuilt.outcome.__typename !== 'Reconstruction') throw new Error(rebuilt.outcome.message);
    expect(Buffer.from(rebuilt.outcome.base64, 'base64').equals(bytes)).toBe(true);
    expect(rebuilt.outcome).toMatchObject({
      digest: `sha256:${createHash('sha256').update(bytes).digest('hex')}`,
      matchesSource: true,
    });
  });
});
