import { readFileSync } from 'node:fs';
import { beforeAll, expect, test } from 'vitest';
import type { Scope } from '../src/auth/authority.ts';
import { DEFAULT_RULES } from '../src/law/rules/rules.ts';
import { everyKindOfPhase } from './fsck/fsck-ground.ts';
import { caller } from './harness/callers.ts';
import {
  call,
  fresh,
  manifestOf,
  marked,
  reviewed,
  sampleText,
  sweepAll,
  verified,
} from './harness/cycle.ts';
import { type SampleTokens, type TestServer, testServer } from './harness/server.ts';

const page = readFileSync(new URL('../docs/reference/columns.md', import.meta.url), 'utf8');

let server: TestServer;
/** How many values each column of the twelve tables has after everything has happened, NULL not counted. */
let counted: ReadonlyMap<string, number>;

beforeAll(async () => {
  server = await testServer();
  await everyKindOfPhase(server);
  const others = { ...server, tokens: await otherPeople() };
  await everyKindOfPhase(others);
  for (const [at, people] of [server, others].entries()) await whatPhasesLeaveOut(people, `scenario ${at}`);
  await reviewedByService();
  counted = await valuesCounted();
});

/** One more principal for each role, and a person for each; one of them a service. */
async function otherPeople(): Promise<SampleTokens> {
  const { rows } = await server.superuser.query<{ name: keyof SampleTokens; scopes: Scope[] }>(
    'select name, scopes from cutter_auth.principal where rehearsal',
  );
  const tokens: Partial<Record<keyof SampleTokens, string>> = {};
  for (const { name, scopes } of rows.filter(({ name }) => name in server.tokens)) {
    const kind = name === 'executor' ? 'service' : 'person';
    tokens[name] = (await caller(server, { kind, scopes })).token;
  }
  return { ...server.tokens, ...tokens };
}

/** Rules may let a service review. */
async function reviewedByService(): Promise<void> {
  const rules = { ...DEFAULT_RULES, reviewerKinds: ['person', 'service'] };
  await call(server, server.tokens.administrator, 'changeRules', { idempotencyKey: fresh('rules'), rules });
  const { token } = await caller(server, {
    kind: 'service',
    scopes: ['ledger:observe', 'ledger:evidence', 'entry:review'],
  });
  await reviewed({ ...server, tokens: { ...server.tokens, reviewer: token } });
}

/** An amendment from which a unit vanishes; a cut of high risk in a scenario, whose units somebody alters before it is verified, and its retry. */
async function whatPhasesLeaveOut(people: TestServer, scenarioRef: string): Promise<void> {
  const { marker, reviewer, executor, verifier } = people.tokens;
  const docCode = fresh('shortened');
  await verified(people, await marked(people, fresh(), { docCode }));
  const [kept] = sampleText(docCode).split('## Two');
  await verified(people, await marked(people, fresh(), { docCode, text: `${kept}### Below\n\nDeeper.\n` }));

  const { name, sourceId } = await marked(people);
  const { entry } = await call(
    people,
    marker,
    'mark',
    {
      idempotencyKey: fresh('scenario'),
      sourceId,
      cutSpec: { profile: 'markdown' },
      signalSource: scenarioRef,
      scenarioRef,
    },
    'entry { entryId }',
  );
  await call(people, marker, 'sweep', { idempotencyKey: fresh('small'), limit: 1, triggerKind: 'SCHEDULED' });
  await sweepAll(people);
  const { entryId } = entry;
  const manifestDigest = await manifestOf(people, entryId);
  const approval = {
    entryId,
    verdict: 'APPROVE',
    manifestDigest,
    riskClass: 'HIGH',
    expiresAt: `2${name.length}99-01-01T00:00:00Z`,
    rationale: scenarioRef,
  };
  const first = await call(
    people,
    reviewer,
    'review',
    { ...approval, idempotencyKey: fresh('high') },
    'decision { reviewDecisionId }',
  );
  // The rules ask for two reviewers of what is of high risk.
  const second = await caller(server, { scopes: ['ledger:observe', 'ledger:evidence', 'entry:review'] });
  await call(people, second.token, 'review', {
    ...approval,
    idempotencyKey: fresh('high too'),
    supersedesDecisionId: first.decision.reviewDecisionId,
  });
  const { changeSet } = await call(
    people,
    executor,
    'cut',
    { idempotencyKey: fresh('cut'), entryId, manifestDigest },
    'changeSet { changeSetId }',
  );
  await server.superuser.query(
    `update public.information_unit set unit_kind = 'container' where doc_code = $1`,
    [name],
  );
  const { changeSetId } = changeSet;
  await call(people, verifier, 'verify', { idempotencyKey: fresh('verify'), changeSetId });
  await verified(people, await marked(people, fresh('retry'), { docCode: name, text: sampleText(name) }));
}

async function valuesCounted(): Promise<ReadonlyMap<string, number>> {
  const { rows: columns } = await server.superuser.query<{ table: string; column: string }>(
    `select table_name as table, column_name as column from information_schema.columns
    where table_schema = 'cutter_governance' and table_name not like 'v\\_%' order by table_name, ordinal_position`,
  );
  const counts = new Map<string, number>();
  for (const { table, column } of columns) {
    const { rows } = await server.superuser.query<{ count: number }>(
      `select count(distinct ${column}::text)::int as count from cutter_governance.${table}`,
    );
    counts.set(`${table}.${column}`, rows[0]?.count as number);
  }
  return counts;
}

const columnsWith = (fits: (count: number) => boolean): string[] =>
  [...counted].filter(([, count]) => fits(count)).map(([column]) => column);

/** The columns that one section of the page lists, as its tables name them. */
function listed(heading: string): string[] {
  const section = page.split(/^## /m).find((part) => part.startsWith(heading)) ?? '';
  const names: string[] = [];
  let table = '';
  for (const line of section.split('\n')) {
    table = /^### .*`(\w+)`/.exec(line)?.[1] ?? table;
    const cell = /^- ((?:`\w+`(?:, )?)+)/.exec(line)?.[1] ?? '';
    for (const [, column] of cell.matchAll(/`(\w+)`/g)) names.push(`${table}.${column}`);
  }
  return names;
}

test('the page names every column that nothing writes, and no other', () => {
  expect(counted.size).toBe(164);
  expect(listed('Never written')).toEqual(columnsWith((count) => count === 0));
});

test('the page names every column that always holds one value, and no other', () => {
  expect(listed('Always one value')).toEqual(columnsWith((count) => count === 1));
});
