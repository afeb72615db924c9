import { afterEach, describe, expect, test, vi } from 'vitest';
import { ClientFault, openClient } from '../../src/cli/client/client.ts';
import { acceptedOutcome, Refused } from '../../src/cli/client/refused.ts';
import { RegisterSourceDocument } from '../../src/client/generated/graphql.ts';
import { makeSecrets, serverSeedOf } from '../../src/home/secrets.ts';
import { cutter, fileOf, homeOf } from '../harness/cli.ts';
import { ANSWERS, type AnswerName, type Impostor, impostor, player } from '../harness/hostile-answers.ts';
import { OUTLASTS_LIARS_MS } from '../harness/timeouts.ts';

vi.setConfig({ testTimeout: OUTLASTS_LIARS_MS });

const TOKEN = `cutter_${'t'.repeat(43)}`;
const BOUNDS = { answerBytes: 8 * 1024 * 1024, answerMs: 1_500 };
const INPUT = { idempotencyKey: 'x', docCode: 'x', content: { text: '# X\n' } };

const secrets = makeSecrets();
const open: Impostor[] = [];
afterEach(async () => {
  for (const one of open.splice(0)) await one.close();
});

/** What the client says of each; the address stands before it. */
const SENTENCES: Readonly<Record<AnswerName, RegExp>> = {
  'a page': /is not a ledger: it answered with status 200, and not in JSON\.$/,
  'a page that says it is JSON': /is not a ledger: it answered with status 200, and not in JSON\.$/,
  'JSON that says it is a page': /is not a ledger: it answered with status 200, and not in JSON\.$/,
  'bytes that are no text': /is not a ledger: it answered with status 200, and not in JSON\.$/,
  'nothing at all': /is not a ledger: it answered with status 200, and not in JSON\.$/,
  null: /speak to \S+: it answered without data\.$/,
  'a list': /speak to \S+: it answered without data\.$/,
  'a number': /speak to \S+: it answered without data\.$/,
  'no data': /speak to \S+: it answered without data\.$/,
  'other data': /speak to \S+: outcome is no object\.$/,
  'an outcome of a type that nobody knows':
    /speak to \S+: outcome is of no type that this version knows there\.$/,
  'an outcome of no type': /speak to \S+: outcome is of no type that this version knows there\.$/,
  'a success that lacks what it is one of': /speak to \S+: outcome\.rows is null\.$/,
  'members that objects have by themselves': /speak to \S+: outcome is missing\.$/,
  'errors that are none': /answered the marker: An error without a message\.$/,
  'errors of another form': /speak to \S+: it answered without data\.$/,
  'an error that shows the token': /answered the marker: Your token is \(a token\)\.$/,
  'an error that breaks the token up': /refuses the \w+'s token: It is \(a token\)\. Check that the tokens/,
  'an error that gives orders to a terminal':
    /answered the marker: \[2J\[1;1H31mall is well Entry x: verified_complete$/,
  'an error as long as a book': /answered the marker: (No\. )+No?…$|answered the marker: .{2000}…$/,
  'a refusal that gives orders to a terminal':
    /^Registering was refused \(Forbidden\): \[2J\[1;1H31mall is well Entry x/,
  'brackets without end': /is not a ledger: it answered with status 200, and not in JSON\.$/,
  'more than anybody wants to read':
    /answered with more than 8388608 bytes\. A ledger's answer is never so long\.$/,
  'a little that becomes very much':
    /answered with more than 8388608 bytes\. A ledger's answer is never so long\.$/,
  'packed bytes that are not': /^The connection to .* broke \(\S.*\)\./,
  'a trickle that never ends':
    /didn't finish its answer within 1\.5 seconds\. Whether the ledger served the call is unknown/,
  'a promise and no more': /didn't finish its answer within 1\.5 seconds\./,
  silence: /didn't finish its answer within 1\.5 seconds\./,
  'less than it announced': /^The connection to .* broke \(\S.*\)\./,
  'another address': /redirects to another address \(status 307\), and no token is sent there/,
  'no HTTP': /^The connection to .* broke \(\S.*\)\./,
};

async function refusalOf(url: string): Promise<Error> {
  const client = openClient({ url, token: TOKEN, who: 'marker', bounds: BOUNDS });
  try {
    const { outcome } = await client.execute(RegisterSourceDocument, { input: INPUT });
    acceptedOutcome('Registering', outcome, 'RegisterSourceSuccess');
  } catch (error) {
    return error as Error;
  }
  throw new Error('The client believed it.');
}

describe('what is no ledger is refused by the client in a sentence', () => {
  test.each(Object.keys(ANSWERS) as AnswerName[])('%s', async (name) => {
    const stranger = await impostor(name);
    open.push(stranger);
    const refusal = await refusalOf(stranger.url);
    expect(refusal instanceof ClientFault || refusal instanceof Refused, String(refusal.stack)).toBe(true);
    expect(refusal.message).toMatch(SENTENCES[name]);
    expect(refusal.message).not.toContain(TOKEN);
    expect(refusal.message.length).toBeLessThan(3_000);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: what a terminal obeys
    expect(refusal.message).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]/);
    expect(stranger.strayed).toEqual([]);
  });
});

/** Those that end by themselves: the command's own patience is minutes. */
const ENDLESS: readonly AnswerName[] = ['a trickle that never ends', 'a promise and no more', 'silence'];

describe('cutter run says the same, and ends with 1', () => {
  const names = (Object.keys(ANSWERS) as AnswerName[]).filter((name) => !ENDLESS.includes(name));
  const tokens = Object.fromEntries(
    ['administrator', 'marker', 'reviewer', 'executor', 'verifier', 'observer'].map((who) => [
      who,
      `cutter_${who.padEnd(43, 'z')}`,
    ]),
  ) as Parameters<typeof homeOf>[0]['tokens'];

  test.each(names)('%s', async (name) => {
    const stranger = await impostor(name);
    open.push(stranger);
    const { code, out, err } = await cutter(
      homeOf({ tokens, database: { secrets } }),
      ['run', fileOf('a.md', '# A\n'), '--yes'],
      stranger,
    );
    expect(code).toBe(1);
    expect(out).toBe('');
    expect(err).toMatch(/^cutter: \S.*\S\n$/s);
    expect(err).not.toMatch(/ at .*\.[jt]s:\d|Error:|undefined/);
    for (const token of Object.values(tokens)) expect(err).not.toContain(token);
  });

  const written = { replayed: true, position: '1', rows: [] };
  const asked = { FindDocument: { document: null }, ReviewerMode: { whoAmI: { mode: 'REHEARSAL' } } };
  const marked = (status: string) => ({
    ...asked,
    RegisterSource: {
      outcome: {
        __typename: 'RegisterSourceSuccess',
        ...written,
        source: { sourceId: 's', docCode: 'a', digest: 'd', byteLength: 4 },
      },
    },
    Mark: { outcome: { __typename: 'MarkSuccess', ...written, entry: { id: 'i', entryId: 'e', status } } },
  });

  test.each([
    [
      'attempts that never end',
      marked('ABANDONED'),
      /^cutter: This text has been tried 1000 times, and no attempt/,
    ],
    [
      'a backlog that never ends',
      {
        ...marked('MARKED'),
        Sweep: {
          outcome: {
            __typename: 'SweepSuccess',
            examined: 1,
            ...written,
            promoted: [{ id: 'p', entryId: 'o', status: 'x' }],
          },
        },
        EntryProgress: {
          entry: {
            id: 'i',
            entryId: 'e',
            status: 'MARKED',
            reviewDecisions: { nodes: [] },
            changeSets: { nodes: [] },
          },
        },
      },
      /^cutter: Entry e was swept 1000 times and still waits\. No ledger behaves like this/,
    ],
  ])('%s', async (_, data, sentence) => {
    const stranger = await player(data, serverSeedOf(secrets));
    open.push(stranger);
    const { code, err } = await cutter(
      homeOf({ tokens, database: { secrets } }),
      ['run', fileOf('a.md', '# A\n'), '--yes'],
      stranger,
    );
    expect(code).toBe(1);
    expect(err).toMatch(sentence);
  });
});
