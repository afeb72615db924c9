import { describe, expect, test, vi } from 'vitest';
import { checkLedger } from '../../src/fsck/check.ts';
import { parseRecord } from '../../src/law/parse-record.ts';
import { PHASES, type PhaseRow } from '../../src/law/phase-rows.ts';
import { verifyPassport } from '../../src/passport/verify.ts';
import { digestOf } from '../../src/proof/digest.ts';
import { verifySignature } from '../../src/proof/ed25519.ts';
import { cosigned, settled } from '../fsck/fsck-ground.ts';
import { call, fresh, marked, type Reviewed, reviewed, verifyCut } from '../harness/cycle.ts';
import { type TestDatabase, testDatabase } from '../harness/database.ts';
import { EXAMPLES, perform } from '../harness/examples.ts';
import { type CutRows, cutsOf, Forger } from '../harness/forged-ledger.ts';
import { FORGERIES, type Forgery } from '../harness/forgeries.ts';
import { RandomHistory } from '../harness/random-history.ts';
import { seeded, testSeed } from '../harness/seeded.ts';
import { type TestServer, testServer } from '../harness/server.ts';
import { CHECKS_AFTER_EACH_FAULT_MS } from '../harness/timeouts.ts';
import { watched } from '../monitor/monitor-ground.ts';
import { issued, keysIn } from '../passport/passport-ground.ts';

/*
 * One law, four judges: the full check, the monitor, passports and VERIFY judge the same random ledger. Honest, it has
 * no findings. Forged down to its records, hashes, signatures and tree, each judge that can see the broken rule says
 * so, and the others say nothing.
 */

const STEPS = 200;
/** Passports of a forged ledger that are looked at beside that of the forged cut. */
const OTHER_PASSPORTS = 2;

vi.setConfig({ testTimeout: CHECKS_AFTER_EACH_FAULT_MS });

let made: Promise<TestDatabase> | undefined;
/** A random ledger whose server has ended, made for the first test that asks. Each test judges a copy. */
function ledger(): Promise<TestDatabase> {
  const seed = testSeed();
  made ??= randomLedger(seed);
  return made;
}

async function randomLedger(seed: string): Promise<TestDatabase> {
  const server = await testServer();
  const history = new RandomHistory(server, seeded(seed).named('history'));
  await history.run(STEPS);
  // Whatever the chance: cuts of both kinds by a second approval, an edge, and an entry's end.
  const [one, other] = [await approvedAgain(server), await approvedAgain(server)];
  await cutAgain(server, one, true);
  await cutAgain(server, other, false);
  const edge = { idempotencyKey: fresh('edge'), fromEntryId: one.entryId, toEntryId: other.entryId };
  await call(server, server.tokens.marker, 'declareDependency', { ...edge, kind: 'RELATED_TO' });
  const { entryId } = await marked(server);
  const end = { idempotencyKey: fresh('end'), entryId, rationale: 'Not wanted any more.' };
  await call(server, server.tokens.reviewer, 'abandon', end);
  for (const verb of ['registerVocabulary', 'registerProfile', 'resolveComment'] as const)
    await perform(server, await EXAMPLES[verb](server));
  await settled(server);
  await server.close();
  await server.database.close();
  return server.database;
}

/** A new document that was approved twice: the second approval supersedes the first. */
async function approvedAgain(server: TestServer): Promise<Reviewed> {
  const first = await reviewed(server);
  const { entryId, manifestDigest, decisionId } = first;
  const input = { idempotencyKey: fresh('again'), entryId, manifestDigest, verdict: 'APPROVE' };
  const answer = await call(server, server.tokens.reviewer, 'review', {
    ...input,
    supersedesDecisionId: decisionId,
  });
  if (answer.__typename !== 'ReviewSuccess') throw new Error(JSON.stringify(answer));
  return first;
}

async function cutAgain(server: TestServer, { name, entryId, manifestDigest }: Reviewed, judge: boolean) {
  const input = { idempotencyKey: fresh('cut'), entryId, manifestDigest };
  const cut = await call(server, server.tokens.executor, 'cut', input, 'changeSet { changeSetId }');
  if (cut.__typename !== 'CutSuccess') throw new Error(JSON.stringify(cut));
  if (judge) await verifyCut(server, { name, changeSetId: cut.changeSet.changeSetId });
}

/** What the judges say of a ledger as it is. */
interface Said {
  readonly fsck: readonly string[];
  readonly monitor: readonly string[];
  /** Why the passport of a verified cut is refused; null of a good one. */
  readonly passports: ReadonlyMap<string, string | null>;
}

/** Of the passports, those of all verified cuts; where one cut is named, its own and those of some others. */
async function judgedBy(server: TestServer, forged?: CutRows): Promise<Said> {
  await cosigned(server);
  const { findings, unseen } = await checkLedger({ url: server.database.urls.evidence });
  expect(unseen).toEqual([]);
  const { verdicts } = await watched(server);
  const { rows } = await server.superuser.query<{ id: string }>(
    'select change_set_id::text as id from cutter_governance.verify_result order by 1',
  );
  const passports = new Map<string, string | null>();
  const ids = rows.map(({ id }) => id);
  const random = seeded(testSeed()).named('passports');
  const chosen =
    forged === undefined
      ? ids
      : [forged.changeSetId, ...Array.from({ length: OTHER_PASSPORTS }, () => random.pick(ids))];
  for (const id of new Set(chosen)) passports.set(id, await refusalOf(server, id));
  return { fsck: sorted(findings.map(({ verdict }) => verdict)), monitor: sorted(verdicts), passports };
}

async function refusalOf(server: TestServer, changeSetId: string): Promise<string | null> {
  const { text, message } = await issued(server, changeSetId);
  if (text === undefined) return message;
  const verdict = verifyPassport(Buffer.from(text), await keysIn(server.database), verifySignature);
  return verdict.ok ? null : verdict.reason;
}

const sorted = (words: readonly string[]) => [...new Set(words)].sort();

async function onCopy(
  work: (server: TestServer) => Promise<void>,
  forge?: (copy: TestDatabase) => Promise<void>,
) {
  const copy = await testDatabase({ copyOf: await ledger() });
  if (forge !== undefined) await forge(copy);
  const server = await testServer({ database: copy });
  await work(server);
  await server.close();
  await copy.drop();
}

test('an honest ledger, whatever happened in it, is clean to every judge', async () => {
  await onCopy(async (server) => {
    const said = await judgedBy(server);
    expect(said.fsck).toEqual([]);
    expect(said.monitor).toEqual([]);
    expect([...said.passports.values()].filter((reason) => reason !== null)).toEqual([]);
    const unverified = (await cutsOf(server.database)).filter(({ resultId }) => resultId === null);
    for (const cut of unverified) expect(await codesOf(server, cut)).toEqual([]);
    expect(Math.min(said.passports.size, unverified.length)).toBeGreaterThan(0);
  });
});

/** What VERIFY finds. */
async function codesOf(server: TestServer, { changeSetId }: CutRows): Promise<string[]> {
  const answer = await verifyCut(server, { name: fresh(), changeSetId });
  if (answer.__typename !== 'VerifySuccess') throw new Error(JSON.stringify(answer));
  return answer.findings.map(({ code }: { code: string }) => code);
}

test('the record of each phase carries the rows that the law names, and no others', async () => {
  await onCopy(async (server) => {
    const { rows } = await server.superuser.query<{ body: string }>(
      `select (select string_agg(body, '' order by part) from cutter_log.record_part p
         where p.record_id = l.record_id) as body
       from cutter_log.log l order by position`,
    );
    const verbs = new Set<string>();
    for (const { body } of rows) {
      const read = parseRecord(Buffer.from(body), digestOf(body));
      if (read.verdict !== 'ok') throw new Error(JSON.stringify(read));
      const { verb, lane, history, rows: written } = read.record;
      const phase = Object.values(PHASES).find((one) => one.verb === verb);
      if (phase === undefined) continue;
      verbs.add(verb);
      expect(lane).toBe(phase.lane);
      const due = Object.values<PhaseRow>(phase.rows);
      const inserted = written.filter(({ op }) => op === 'insert').map(({ table }) => table);
      const hasFailed = history.some(
        (move) => (move as { change_kind: string }).change_kind === 'verify:fail',
      );
      expect(sorted(inserted).filter((table) => !due.some((row) => row.table === table))).toEqual([]);
      for (const { table, count } of due) {
        if (count === 'many') continue;
        const isHistory = table === 'decision_backlog_history';
        const expected = isHistory ? history.length : count === 'failure' && !hasFailed ? 0 : 1;
        expect(inserted.filter((one) => one === table).length, `${verb} ${table}`).toBe(expected);
      }
    }
    expect(verbs.size).toBe(Object.keys(PHASES).length);
  });
});

describe('a ledger that was forged throughout', () => {
  test.each(FORGERIES.map((forgery) => [forgery.what, forgery] as const))('%s', async (_, forgery) => {
    let forged: Forged | undefined;
    await onCopy(
      async (server) => {
        const { judged, open } = forged as Forged;
        const said = await judgedBy(server, judged);
        expect({ fsck: said.fsck, monitor: said.monitor }).toEqual({
          fsck: sorted(forgery.fsck),
          monitor: sorted([...forgery.monitor, ...(forgery.passport === null ? [] : ['passport-refused'])]),
        });
        for (const [changeSetId, reason] of said.passports) {
          const isMeant = changeSetId === judged.changeSetId || (forgery.isOfText && reason !== null);
          if (!isMeant || forgery.passport === null) expect(reason).toBeNull();
          else expect(reason).toMatch(forgery.passport);
        }
        const codes = await codesOf(server, open);
        if (forgery.verify === null) expect(codes).toEqual([]);
        else expect(codes).toContain(forgery.verify);
      },
      async (copy) => {
        forged = await forgeBoth(copy, forgery);
      },
    );
  });
});

/** The cuts that a forgery is about: one that a verifier has judged, and one that none has. */
interface Forged {
  readonly judged: CutRows;
  readonly open: CutRows;
}

async function forgeBoth(copy: TestDatabase, forgery: Forgery): Promise<Forged> {
  const { what, forge, needsPrior, signsAnew, isOfLedger } = forgery;
  const random = seeded(testSeed()).named(what);
  const isFit = (cut: CutRows) =>
    (!needsPrior || cut.priorDecisionId !== null) && (!signsAnew || !cut.isAmended);
  const cuts = (await cutsOf(copy)).filter(isFit);
  const judged = random.pick(cuts.filter(({ resultId }) => resultId !== null));
  const open = random.pick(cuts.filter(({ resultId }) => resultId === null));
  await Forger.work(copy, async (forger) => {
    for (const cut of isOfLedger ? [judged] : [judged, open]) await forge(forger, cut, random);
  });
  return { judged, open };
}
