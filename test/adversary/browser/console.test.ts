import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { type Browser, CHROMIUM, openBrowser, type Tab } from '../../harness/chromium.ts';
import { type Marked, marked, sweepAll, verifyCut, wasCut } from '../../harness/cycle.ts';
import { type TestServer, testServer } from '../../harness/server.ts';
import { RUNS_A_BROWSER_MS } from '../../harness/timeouts.ts';

vi.setConfig({ testTimeout: RUNS_A_BROWSER_MS, hookTimeout: RUNS_A_BROWSER_MS });

let server: TestServer;
let browser: Browser;
beforeAll(async () => {
  server = await testServer();
  if (CHROMIUM !== null) browser = await openBrowser(CHROMIUM);
});
afterAll(() => browser?.close());

/** A page with a person in it, and the keys that they pressed since. */
interface Visit {
  readonly tab: Tab;
  keys: number;
}

const textOf = (selector: string) => `document.querySelector(${JSON.stringify(selector)})?.innerText`;
const shows = (selector: string, text: string) =>
  `${textOf(selector)}?.includes(${JSON.stringify(text)}) === true`;

async function press(visit: Visit, key: 'Tab' | 'Enter') {
  visit.keys += 1;
  await visit.tab.press(key);
}

/** Goes with Tab to what a selector names. */
async function tabTo(visit: Visit, selector: string) {
  const isThere = `document.activeElement?.matches(${JSON.stringify(selector)}) === true`;
  for (let presses = 0; presses < 30; presses += 1) {
    if ((await visit.tab.evaluate(isThere)) === true) return;
    await press(visit, 'Tab');
  }
  throw new Error(`The Tab key doesn't lead to ${selector}.`);
}

/** Signs in with a token, by keys alone. */
async function visitAs(token: string, at = ''): Promise<Visit> {
  const visit = { tab: await browser.tab(), keys: 0 };
  await visit.tab.goto(new URL(`/console${at}`, server.url).href);
  await visit.tab.until(`document.querySelector('#token') !== null`);
  await tabTo(visit, '#token');
  await visit.tab.type(token);
  await press(visit, 'Enter');
  await visit.tab.until(`document.querySelector('#live') !== null`);
  return visit;
}

/** Nothing went elsewhere, nothing was complained of, and nothing is left in the browser. */
async function expectClean({ tab }: Visit) {
  const { origin } = new URL(server.url);
  expect([...new Set(tab.requests.map((url) => new URL(url).origin))]).toEqual([origin]);
  expect(tab.errors).toEqual([]);
  expect(await tab.evaluate('localStorage.length + sessionStorage.length + document.cookie.length')).toBe(0);
}

const decisionsOf = async ({ entryId }: Marked) =>
  (
    await server.gql(
      server.tokens.reviewer,
      'query ($entryId: UUID!) { entry(entryId: $entryId) { status reviewDecisions { nodes { verdict evidence { rationale } } } } }',
      { entryId },
    )
  ).body.data.entry;

describe.skipIf(CHROMIUM === null)('the console in a browser', () => {
  test('a stranger approves an entry by keys alone: board, review, dry run, approval', async () => {
    const entry = await marked(server, 'house');
    await sweepAll(server);
    const visit = await visitAs(server.tokens.reviewer);
    const { tab } = visit;
    await tab.until(`document.querySelector('a.button') !== null`);
    await tab.until(shows('.rows', 'Your turn'));
    expect(await tab.evaluate(textOf('section'))).toContain('house');
    visit.keys = 0;
    await tabTo(visit, 'a.button');
    await press(visit, 'Enter');
    await tab.until(shows('.tree', 'First house.'));
    await tab.until(`document.activeElement?.tagName === 'H1'`);
    await tabTo(visit, 'aside button.main');
    await press(visit, 'Enter');
    await tab.until(shows('aside', 'Nothing is written yet.'));
    expect((await decisionsOf(entry)).status).toBe('REVIEW_PENDING');
    await press(visit, 'Enter');
    await tab.until(shows('aside', 'You approved the plan.'));
    expect(visit.keys).toBeLessThanOrEqual(12);
    expect((await decisionsOf(entry)).status).toBe('REVIEWED_APPROVED');
    await expectClean(visit);
  });

  test('an answer that is lost is asked for again under the same key, and the decision is written once', async () => {
    const entry = await marked(server, 'lost');
    await sweepAll(server);
    const visit = await visitAs(server.tokens.reviewer, `#/review/${entry.entryId}`);
    const { tab } = visit;
    await tab.until(shows('.tree', 'First lost.'));
    // The ledger gets the first call that writes, and its answer goes astray.
    await tab.evaluate(`{
      const send = fetch;
      let isLost = false;
      globalThis.fetch = async (url, init) => {
        const answer = await send(url, init);
        if (isLost || !String(init?.body).includes('"dryRun":false')) return answer;
        isLost = true;
        throw new TypeError('network');
      };
    }`);
    await tabTo(visit, '#rationale');
    await tab.type('Read it all.');
    await tabTo(visit, 'aside button.main');
    await press(visit, 'Enter');
    await tab.until(shows('aside', 'Nothing is written yet.'));
    await press(visit, 'Enter');
    await tab.until(shows('aside', 'had been written already'));
    expect(await decisionsOf(entry)).toEqual({
      status: 'REVIEWED_APPROVED',
      reviewDecisions: { nodes: [{ verdict: 'APPROVE', evidence: { rationale: 'Read it all.' } }] },
    });
  });

  test('the board is live, and says that it is stale when the ledger is gone', async () => {
    const other = await testServer();
    const tab = await browser.tab();
    await tab.goto(new URL('/console/', other.url).href);
    await tab.evaluate(`document.querySelector('#token').value = ${JSON.stringify(other.tokens.observer)}`);
    await tab.evaluate(`document.querySelector('form').requestSubmit()`);
    await tab.until(`${textOf('.count.marked b')} === '0'`);
    await marked(other, 'live');
    await tab.until(`${textOf('.count.marked b')} === '1'`);
    await tab.until(shows('.rows', 'live'));
    await other.close();
    await tab.until(shows('.stale', 'may be out of date'));
    expect(await tab.evaluate(textOf('#live'))).toBe('Not live');
    expect(await tab.evaluate(textOf('.stale'))).toMatch(/nothing was heard since .*\d/);
  });

  test('an entry shows who did what and why, and a document its text with citations', async () => {
    const made = await wasCut(server, await marked(server, 'rules', { docCode: 'rules' }));
    await verifyCut(server, made);
    const visit = await visitAs(server.tokens.reviewer, `#/entry/${made.entryId}`);
    const { tab } = visit;
    await tab.until(shows('.timeline', 'verified the cut'));
    expect(await tab.evaluate(textOf('main'))).toContain('Passed');
    expect(await tab.evaluate(textOf('.timeline'))).toMatch(/\(marker\) marked it[\s\S]*\(executor\) cut it/);
    await tab.evaluate(`location.hash = '#/document/rules'`);
    await tab.until(shows('.text', 'First rules.'));
    expect(await tab.evaluate(textOf('.text'))).toContain('rules');
    await tab.until(`document.querySelector('a[href="../passport"]') !== null`);
    await expectClean(visit);
  });

  test('a token that the ledger doesn’t know is refused in words', async () => {
    const tab = await browser.tab();
    await tab.goto(new URL('/console/', server.url).href);
    await tab.evaluate(`document.querySelector('#token').value = 'cutter_unknown'`);
    await tab.evaluate(`document.querySelector('form').requestSubmit()`);
    await tab.until(`${textOf('#token-fault')} !== ''`);
    expect(await tab.evaluate(textOf('#token-fault'))).toMatch(/token/i);
    expect(await tab.evaluate(`document.querySelector('#token').type`)).toBe('password');
  });
});
