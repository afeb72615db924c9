import { beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { ClientFault } from '../../src/cli/client/client.ts';
import { runDocument } from '../../src/cli/run.ts';
import type { Clients } from '../../src/cli/walk/phases.ts';
import { walkDocument } from '../../src/cli/walk/walk.ts';
import type { Operation } from '../../src/client/operation.ts';
import { clientConfig, clientsOf, cutter, fileOf, homeOf, person } from '../harness/cli.ts';
import { call, fresh, manifestOf } from '../harness/cycle.ts';
import { type TestServer, testServer } from '../harness/server.ts';
import { RUNS_PROGRAMS_MS } from '../harness/timeouts.ts';

vi.setConfig({ testTimeout: RUNS_PROGRAMS_MS });

const TEXT = '# Rules\n\n## § 1 Tea\n\nAt four.\n\n## § 2 Cake\n\nAlso at four.\n';
const AMENDED = TEXT.replace('At four.', 'At five.');

let server: TestServer;
let home: string;
let docCode: string;
beforeAll(async () => {
  server = await testServer();
  home = homeOf(server);
});
beforeEach(() => {
  docCode = fresh('rules');
});

/** The command in this process, with a person in front of it. */
async function atTerminal(path: string, ...answers: string[]) {
  const someone = person(...answers);
  const code = await runDocument(path, { yes: false, docCode }, clientConfig(server.url, home), someone);
  return { code, said: someone.said() };
}

async function byYes(path: string, env: Record<string, string> = {}) {
  return cutter(home, ['run', path, '--yes', '--doc-code', docCode], { url: server.url, env });
}

interface Ledger {
  readonly sources: number;
  readonly statuses: string[];
  readonly history: number;
  readonly cuts: number;
  readonly decisions: number;
  readonly versions: number[];
}

/** What the ledger holds of this document. */
async function ledger(): Promise<Ledger> {
  const { rows } = await server.superuser.query<{ ledger: Ledger }>(
    `/* test.ledger_of */ with entry as (
       select e.entry_id, e.status, e.emitted_at from cutter_governance.decision_backlog_entry e
       join cutter_source.source s on e.payload->>'iu_ref' = 'source:' || s.source_id
       where s.doc_code = $1 and e.kind = 'cut_request')
     select json_build_object(
       'sources', (select count(*) from cutter_source.source where doc_code = $1),
       'statuses', (select coalesce(json_agg(status order by emitted_at), '[]') from entry),
       'history', (select count(*) from cutter_governance.decision_backlog_history join entry using (entry_id)),
       'cuts', (select count(*) from cutter_governance.cut_change_set c
         join entry on entry.entry_id = c.decision_backlog_entry_id where c.change_kind = 'cut'),
       'decisions', (select count(*) from cutter_governance.review_decision d
         join cutter_governance.manifest_envelope m on m.envelope_id = d.manifest_id
         join entry on entry.entry_id::text = m.source_doc_ref),
       'versions', (select coalesce(json_agg(v.version_seq order by v.version_seq), '[]') from public.unit_version v
         join public.information_unit u on u.id = v.unit_id where u.doc_code = $1)) as ledger`,
    [docCode],
  );
  return (rows[0] as { ledger: Ledger }).ledger;
}

describe('cutter run', () => {
  test('takes a document the whole way and prints a line for each phase, ending with the status', async () => {
    const { code, out, err } = await byYes(fileOf('rules.md', TEXT));
    expect(err).toBe('');
    expect(code).toBe(0);
    const lines = out.trimEnd().split('\n');
    expect(lines.map((line) => line.split(' ')[0]).filter(Boolean)).toEqual([
      ...['REGISTER', 'MARK', 'SWEEP', 'Plan', 'REVIEW', 'CUT', 'VERIFY', 'Entry'],
    ]);
    const phase = (name: string) => new RegExp(`^${name}.*(\n {9}\\d.*)+`, 'm').exec(out)?.[0] ?? '';
    const rest = (rows: string) => new RegExp(`position \\d+ +\\d\\d:\\d\\d:\\d\\dZ +\\d+ ms\n {9}${rows}$`);
    expect(phase('MARK')).toMatch(/^MARK +DOT-991 +marked /);
    expect(phase('MARK')).toMatch(rest('1 entry · 1 history'));
    expect(phase('SWEEP')).toMatch(rest('1 sweep log · 1 history'));
    expect(phase('REVIEW')).toMatch(rest('1 envelope · 3 unit blocks · 1 decision · 1 history'));
    expect(phase('CUT')).toMatch(
      /3 units · 3 versions · 1 signature · 1 change set · 3 affected rows\n {9}1 history/,
    );
    expect(phase('VERIFY')).toMatch(/^VERIFY +DOT-992 +verified_complete /);
    expect(phase('VERIFY')).toMatch(rest('1 signature · 1 verify result · 1 history'));
    // As a shell takes it, for the home that was named for this one command.
    const typed = out.replaceAll(/ \\\n +/g, ' ');
    expect(typed).toMatch(
      new RegExp(
        `\n {9}issue its passport:\n {9}\\$ CUTTER_HOME=${home} .*cutter passport issue [0-9a-f-]{36}\n`,
      ),
    );
    expect(lines.at(-1)).toMatch(/^Entry [0-9a-f-]{36}: verified_complete$/);
  });

  test('names units, coverage and problems before it asks', async () => {
    const { code, said } = await atTerminal(fileOf('rules.md', TEXT), 'y', 'y');
    expect(code).toBe(0);
    const plan = said.slice(said.indexOf('Plan'), said.indexOf('Approve this plan?'));
    expect(plan).toContain('3 units by markdown@3: 3 born');
    expect(plan).toMatch(/coverage complete: 60 bytes = \d+ in units \+ \d+ in headings \+ 0 set aside/);
    expect(plan).toContain('no problems');
    expect(plan).toContain(`+ ${docCode}/p-1\n           § 1 Tea | At four.`);
  });

  test('shows what is set aside, word for word, and a long plan in a bounded way; --full shows all of it', async () => {
    const sections = Array.from({ length: 40 }, (_, at) => `## § ${at} Tea\n\nAt ${at}.\n`).join('\n');
    const path = fileOf(
      'rules.md',
      `---\ntitle: Of tea\nnote: ${'and cake '.repeat(12)}\n---\n# Rules\n\n${sections}`,
    );
    const { said } = await atTerminal(path, 'n');
    expect(said).toContain('| title: Of tea');
    // What has no room in its line goes on under its own beginning.
    expect(said).toMatch(/\n {9}\| note: and cake .*\n {11}(and|cake) /);
    expect(said).toMatch(/and \d+ others; --full shows all of them/);
    expect(said.split('\n').length).toBeLessThan(60);
    const { out } = await cutter(home, ['run', path, '--yes', '--full', '--doc-code', docCode], {
      url: server.url,
    });
    for (let at = 0; at < 40; at += 1) expect(out).toContain(`§ ${at} Tea | At ${at}.`);
  });

  test('a plan with warnings is approved by --yes only where they are accepted', async () => {
    const path = fileOf('rules.md', `${'Words without a heading. '.repeat(200)}\n`);
    const held = await byYes(path);
    expect(held.code).toBe(1);
    expect(held.out).toMatch(/ {9}warning at /);
    expect(held.out).toContain('--accept-warnings');
    expect(await ledger()).toMatchObject({ statuses: ['review_pending'], decisions: 0 });
    const args = ['run', path, '--yes', '--accept-warnings', '--doc-code', docCode];
    expect((await cutter(home, args, { url: server.url })).code).toBe(0);
  });

  test('cuts as fine as it is told', async () => {
    const path = fileOf('law.md', '## § 1\n\n(1) A:\n\n1.  b\n\n\n(2) C.\n\n## § 2\n\nD.\n');
    const args = ['run', path, '--yes', '--profile', 'statute-de', '--doc-code', docCode];
    const coarse = await cutter(home, [...args, '--granularity', 'section'], { url: server.url });
    expect([coarse.code, coarse.out.includes('2 units · 2 versions')]).toEqual([0, true]);
    const fine = await cutter(home, args, { url: server.url });
    expect(fine.out).toContain(`+ ${docCode}/p-1/abs-1/1`);
    expect(fine.code).toBe(0);
  });

  test('an unknown profile is named before anything is registered', async () => {
    const args = ['run', fileOf('rules.md', TEXT), '--yes', '--profile', 'nonsense', '--doc-code', docCode];
    const { code, err } = await cutter(home, args, { url: server.url });
    expect(code).toBe(1);
    expect(err).toContain('There is no profile "nonsense"');
    expect(await ledger()).toMatchObject({ sources: 0, statuses: [] });
  });

  test.each(['n', '', 'yess', 'no'])(
    'takes %j before the approval as a no, and goes on when asked again',
    async (no) => {
      const path = fileOf('rules.md', TEXT);
      const refused = await atTerminal(path, no);
      expect(refused.code).toBe(1);
      expect(refused.said).toMatch(/: review_pending\n$/);
      expect(await ledger()).toMatchObject({
        statuses: ['review_pending'],
        decisions: 0,
        cuts: 0,
        versions: [],
      });
      expect((await atTerminal(path, 'y', 'yes')).code).toBe(0);
      expect(await ledger()).toMatchObject({
        statuses: ['verified_complete'],
        history: 5,
        decisions: 1,
        cuts: 1,
      });
    },
  );

  test('takes a no before the cut as a no: approved and not cut, and goes on when asked again', async () => {
    const path = fileOf('rules.md', TEXT);
    const refused = await atTerminal(path, 'y', 'n');
    expect(refused.code).toBe(1);
    expect(refused.said).toMatch(
      /The same command continues from this status\.\nEntry .*: reviewed_approved\n$/,
    );
    expect(await ledger()).toMatchObject({ statuses: ['reviewed_approved'], cuts: 0, versions: [] });
    const again = await atTerminal(path, 'y');
    expect(again.code).toBe(0);
    expect(again.said).not.toContain('Approve');
    // The plan is shown again, so that the cut is made knowingly.
    expect(again.said.indexOf('Plan ')).toBeLessThan(again.said.indexOf('Cut the document?'));
    expect(again.said).toContain('Plan ');
    expect(await ledger()).toMatchObject({
      statuses: ['verified_complete'],
      history: 5,
      decisions: 1,
      cuts: 1,
    });
  });

  test('takes an end of the input as a no', async () => {
    expect((await atTerminal(fileOf('rules.md', TEXT))).code).toBe(1);
    expect(await ledger()).toMatchObject({ statuses: ['review_pending'], decisions: 0 });
  });

  test('without a terminal and without --yes says so and writes nothing', async () => {
    const path = fileOf('rules.md', TEXT);
    const { code, out, err } = await cutter(home, ['run', path, '--doc-code', docCode], { url: server.url });
    expect(code).not.toBe(0);
    expect(out).toBe('');
    expect(err).toMatch(/nobody can answer here.*--yes/);
    expect(await ledger()).toMatchObject({ sources: 0, statuses: [] });
  });

  test('a document that stands already is not cut again', async () => {
    const path = fileOf('rules.md', TEXT);
    await byYes(path);
    const before = await ledger();
    const again = await byYes(path);
    expect(again.code).toBe(0);
    expect(again.out).toContain('This text is cut and verified already. Nothing was written.');
    expect(again.out).toMatch(/: verified_complete\n$/);
    expect(await ledger()).toEqual(before);
  });

  test('an amended document is cut again: next versions of what changed alone', async () => {
    await byYes(fileOf('rules.md', TEXT));
    const amended = await byYes(fileOf('rules.md', AMENDED));
    expect(amended.code).toBe(0);
    expect(amended.out).toContain('3 units by markdown@3: 1 with a next version, 2 unchanged');
    // Which words differ, and no unit that stays as it was.
    expect(amended.out).toMatch(/~ \S+\n.*(\[-.*-\]|\{\+.*\+\})/);
    expect(await ledger()).toMatchObject({
      sources: 2,
      statuses: ['verified_complete', 'verified_complete'],
      versions: [1, 1, 1, 2],
    });
  });

  test('a text that returns after an amendment is cut again, by a new attempt', async () => {
    for (const text of [TEXT, AMENDED, TEXT, TEXT])
      expect((await byYes(fileOf('rules.md', text))).code).toBe(0);
    expect(await ledger()).toMatchObject({ sources: 2, cuts: 3, versions: [1, 1, 1, 2, 3] });
  });

  test('killed in each phase, the same command goes on: one entry, five moves, one cut', async () => {
    const path = fileOf('rules.md', TEXT);
    const args = ['run', path, '--yes', '--doc-code', docCode];
    for (const phase of ['REGISTER', 'MARK', 'SWEEP', 'REVIEW', 'CUT']) {
      // Where it was killed later than this, the phase isn't walked again and the program ends by itself.
      const killed = await cutter(home, args, { url: server.url, killAt: new RegExp(`^${phase}`, 'm') });
      expect(killed.signal === 'SIGKILL' || killed.code === 0).toBe(true);
    }
    expect((await byYes(path)).code).toBe(0);
    expect(await ledger()).toEqual({
      sources: 1,
      statuses: ['verified_complete'],
      history: 5,
      cuts: 1,
      decisions: 1,
      versions: [1, 1, 1],
    });
  });

  test('two runs of one document at once end with one cut', async () => {
    const path = fileOf('rules.md', TEXT);
    const both = await Promise.all([byYes(path), byYes(path)]);
    expect((await byYes(path)).code).toBe(0);
    expect(both.map(({ code }) => code)).toContain(0);
    expect(await ledger()).toMatchObject({ sources: 1, history: 5, cuts: 1, decisions: 1 });
  });

  test('sweeps its own entry alone: what others have marked still waits', async () => {
    const others = await backlog(3);
    const { code, out } = await byYes(fileOf('rules.md', TEXT));
    expect(code).toBe(0);
    expect(out).toMatch(/^SWEEP +DOT-991 +review_pending /m);
    const { rows } = await server.superuser.query<{ status: string }>(
      'select distinct status from cutter_governance.decision_backlog_entry where entry_id = any($1)',
      [others],
    );
    expect(rows).toEqual([{ status: 'marked' }]);
  });

  test('a rejected entry is followed by a new attempt', async () => {
    const path = fileOf('rules.md', TEXT);
    await atTerminal(path, 'n');
    const entryId = await entryOf();
    const rejected = await call(server, server.tokens.reviewer, 'review', {
      idempotencyKey: `reject:${docCode}`,
      entryId,
      verdict: 'REJECT',
      manifestDigest: await manifestOf(server, entryId),
    });
    expect(rejected.__typename).toBe('ReviewSuccess');
    expect((await byYes(path)).code).toBe(0);
    expect(await ledger()).toMatchObject({ statuses: ['reviewed_rejected', 'verified_complete'], cuts: 1 });
  });

  test('a failed verification ends the run with its findings; the next run is a new attempt', async () => {
    const path = fileOf('rules.md', TEXT);
    const printed: string[] = [];
    const tampering = beforeVerify(async () => {
      await server.superuser.query(
        `update public.unit_version v set body = 'forged' from public.information_unit u
         where u.id = v.unit_id and u.doc_code = $1 and u.sort_order = 1`,
        [docCode],
      );
    });
    const failed = await walkDocument({
      clients: tampering,
      document: { docCode, title: null, profile: 'markdown', granularity: null, bytes: Buffer.from(TEXT) },
      print: (line) => printed.push(line),
      confirm: async () => true,
    });
    expect(failed.status).toBe('VERIFY_FAILED_ESCALATED');
    expect(printed.join('\n')).toMatch(new RegExp(`axis A, ${docCode}/`));
    expect((await byYes(path)).code).toBe(0);
    expect(await ledger()).toMatchObject({
      statuses: ['verify_failed_escalated', 'verified_complete'],
      cuts: 2,
      versions: [1, 1, 1, 2, 2, 2],
    });
  });

  test('an amended document waits for the verification of a run that broke off, and asks to do it', async () => {
    const broken = walkDocument({
      clients: beforeVerify(async () => {
        throw new ClientFault('the line went dead');
      }),
      document: { docCode, title: null, profile: 'markdown', granularity: null, bytes: Buffer.from(TEXT) },
      print: () => {},
      confirm: async () => true,
    });
    await expect(broken).rejects.toThrow('the line went dead');
    const amended = await atTerminal(fileOf('rules.md', AMENDED), 'y', 'y', 'y', 'y', 'y', 'y');
    expect(amended.said).toContain('Verify that cut first?');
    expect(amended.code).toBe(0);
    expect(await ledger()).toMatchObject({
      statuses: ['verified_complete', 'verified_complete'],
      cuts: 2,
      versions: [1, 1, 1, 2],
    });
  });

  test('goes on by the data of a refusal: in other words it is understood as well', async () => {
    const bytes = (text: string) => Buffer.from(text);
    const broken = walkDocument({
      clients: beforeVerify(async () => {
        throw new ClientFault('the line went dead');
      }),
      document: { docCode, title: null, profile: 'markdown', granularity: null, bytes: bytes(TEXT) },
      print: () => {},
      confirm: async () => true,
    });
    await expect(broken).rejects.toThrow('the line went dead');
    const printed: string[] = [];
    const asked: string[] = [];
    const amended = await walkDocument({
      clients: reworded(clientsOf(server)),
      document: { docCode, title: null, profile: 'markdown', granularity: null, bytes: bytes(AMENDED) },
      print: (line) => printed.push(line),
      confirm: async ({ text }) => {
        asked.push(text);
        return true;
      },
    });
    expect(amended.status).toBe('VERIFIED_COMPLETE');
    expect(asked).toContain('Verify that cut first?');
    expect(printed).toContain(OTHER_WORDS);
    expect(await ledger()).toMatchObject({ statuses: ['verified_complete', 'verified_complete'], cuts: 2 });
  });
});

const OTHER_WORDS = 'It is so, in other words.';

/** The four clients of a ledger whose every sentence is another one. */
function reworded(clients: Clients): Clients {
  const say = (client: Clients[keyof Clients]) => ({
    url: client.url,
    async execute<Result, Variables>(operation: Operation<Result, Variables>, variables: Variables) {
      const answer = JSON.stringify(await client.execute(operation, variables));
      return JSON.parse(answer, (key, value) => (key === 'message' ? OTHER_WORDS : value)) as Result;
    },
  });
  const { marker, reviewer, executor, verifier } = clients;
  return { marker: say(marker), reviewer: say(reviewer), executor: say(executor), verifier: say(verifier) };
}

/** The four clients, with something done before each verification arrives. */
function beforeVerify(interfere: () => Promise<void>): Clients {
  const clients = clientsOf(server);
  const verifier = {
    url: clients.verifier.url,
    async execute<Result, Variables>(operation: Operation<Result, Variables>, variables: Variables) {
      await interfere();
      return clients.verifier.execute(operation, variables);
    },
  };
  return { ...clients, verifier };
}

async function entryOf(): Promise<string> {
  const { rows } = await server.superuser.query<{ entry_id: string }>(
    `select e.entry_id from cutter_governance.decision_backlog_entry e
     join cutter_source.source s on e.payload->>'iu_ref' = 'source:' || s.source_id where s.doc_code = $1`,
    [docCode],
  );
  return (rows[0] as { entry_id: string }).entry_id;
}

/** Entries of one source that wait to be swept. */
async function backlog(size: number): Promise<string[]> {
  const registered = await call(
    server,
    server.tokens.marker,
    'registerSource',
    { idempotencyKey: fresh('source'), docCode: fresh('backlog'), content: { text: TEXT } },
    'source { sourceId }',
  );
  const entries: string[] = [];
  for (let index = 0; index < size; index += 1) {
    const input = {
      idempotencyKey: fresh('backlog'),
      sourceId: registered.source.sourceId,
      cutSpec: { profile: 'markdown' },
      signalSource: 'test',
    };
    const marked = await call(server, server.tokens.marker, 'mark', input, 'entry { entryId }');
    entries.push(marked.entry.entryId);
  }
  return entries;
}
