/** Every command of the documents is run as it is printed: shell, GraphQL and SQL, in a clone and on a ledger of this file's own. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { Kind, type OperationDefinitionNode, parse } from 'graphql';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { asOwner } from '../harness/cluster.ts';
import { type Block, blocksOf } from '../harness/document-blocks.ts';
import { type DocumentClone, documentClone } from '../harness/document-clone.ts';
import { send } from '../harness/doors.ts';
import { RUNS_A_DOCUMENT_MS } from '../harness/timeouts.ts';

vi.setConfig({ testTimeout: RUNS_A_DOCUMENT_MS, hookTimeout: RUNS_A_DOCUMENT_MS });

const ROOT = new URL('../..', import.meta.url).pathname;
/** In the order in which a reader meets them: README starts the ledger. */
const DOCUMENTS = [
  'README.md',
  // Before anything is written into the clone that its linter would see.
  'CONTRIBUTING.md',
  'docs/tutorial.md',
  'docs/how-to/clients.md',
  ...readdirSync(join(ROOT, 'docs'), { recursive: true, encoding: 'utf8' })
    .map((path) => `docs/${path}`)
    .filter((path) => path.endsWith('.md') && !['docs/tutorial.md', 'docs/how-to/clients.md'].includes(path))
    .sort(),
  'SECURITY.md',
];
const RUN = ['sh', 'graphql', 'sql'];
const SHOWN = ['text', 'ini', 'nginx', 'ts'];

/** Who asks: the sample principal of each mutation, and of queries that need ledger:evidence. */
const CALLERS: Readonly<Record<string, string>> = {
  registerSource: 'marker',
  mark: 'marker',
  sweep: 'marker',
  review: 'reviewer',
  cut: 'executor',
  verify: 'verifier',
  planCut: 'reviewer',
  planDiff: 'reviewer',
  comments: 'reviewer',
  reconstruct: 'reviewer',
  integrity: 'reviewer',
  drift: 'reviewer',
  audit: 'administrator',
  readiness: 'reviewer',
};

const blocks = new Map(DOCUMENTS.map((path) => [path, blocksOf(join(ROOT, path))]));
const everyBlock = [...blocks].flatMap(([path, found]) => found.map((block) => ({ path, ...block })));

describe('what is not run', () => {
  test('each fence has a language; blocks of programs are run, the others are shown', () => {
    const unknown = everyBlock.filter(({ language }) => ![...RUN, ...SHOWN].includes(language));
    expect(unknown).toEqual([]);
  });

  test('these blocks of programs, each with its reason', () => {
    const notRun = everyBlock.filter(({ notRun }) => notRun !== null);
    expect(notRun.map(({ path, notRun }) => [path, notRun])).toEqual([
      ['README.md', 'this is the command that runs the test which reads this page'],
      ['CONTRIBUTING.md', "these commands run the tests, and this page's commands are one of them"],
      ['CONTRIBUTING.md', 'there is a kept cluster only after a test has failed'],
      ['CONTRIBUTING.md', 'it accepts what the reader has changed'],
      ['CONTRIBUTING.md', "it runs tests, and this page's commands are one of them"],
      ['docs/reference/cli.md', 'it needs a file that the reader has changed'],
    ]);
    expect(notRun.every(({ language }) => RUN.includes(language))).toBe(true);
  });

  test('these blocks are shown only: drawings, protocols, units of systemd, settings of proxies, a program of examples/bot, and commands for other machines or for damage', () => {
    const shown = everyBlock.filter(({ language }) => SHOWN.includes(language));
    const counts = Object.fromEntries(
      DOCUMENTS.map((path) => [path, shown.filter((block) => block.path === path).length]),
    );
    expect(Object.fromEntries(Object.entries(counts).filter(([, count]) => count > 0))).toEqual({
      'README.md': 2,
      'docs/explanation/architecture.md': 1,
      'docs/how-to/back-up-and-restore.md': 2,
      'docs/how-to/clients.md': 1,
      'docs/how-to/keys.md': 5,
      'docs/how-to/monitor.md': 1,
      'docs/how-to/operate.md': 1,
      'docs/how-to/people.md': 1,
      'docs/how-to/production.md': 14,
      'docs/reference/formats/tree.md': 1,
      'docs/reference/rules.md': 1,
      'docs/reference/stream.md': 6,
    });
  });
});

describe('what is run', () => {
  let clone: DocumentClone;
  let isUp = false;
  /** Values of the operations' variables. */
  const known: Record<string, unknown> = {};

  beforeAll(async () => {
    clone = await documentClone();
  });
  afterAll(() => clone.remove());

  test.each(DOCUMENTS.filter((path) => blocks.get(path)?.some(isRun)))('%s', async (path) => {
    for (const block of (blocks.get(path) ?? []).filter(isRun)) {
      const place = `${path}:${block.line}`;
      if (block.isServerStopped) await down();
      else if (block.language !== 'sh' || !isStart(block.text)) await up();
      if (block.language === 'sh') await shell(block, place);
      else if (block.language === 'graphql') await operation(block, place);
      else await statement(block);
    }
  });

  async function up(command = 'npm start'): Promise<void> {
    if (!isUp) await clone.start(command);
    isUp = true;
    known['sourceId'] ??= await register();
  }

  async function down(): Promise<void> {
    await clone.stop();
    isUp = false;
  }

  async function shell({ text, says }: Block, place: string): Promise<void> {
    if (isStart(text)) {
      await down();
      return up(text);
    }
    const written = /<<'JSON'\n([\s\S]*?)\nJSON/.exec(text)?.[1];
    if (written !== undefined) known['draft'] = JSON.parse(written);
    const { code, output } = await clone.type(text);
    expect(code, `${place}\n${output}`).toBe(0);
    if (says !== null) expect(output, place).toContain(says);
  }

  async function operation({ text, refused }: Block, place: string): Promise<void> {
    const { kind, field, names } = operationOf(text);
    const token = clone.token(CALLERS[field] ?? 'observer');
    const variables = Object.fromEntries(
      names.filter((name) => name in known).map((name) => [name, known[name]]),
    );
    if (kind === 'subscription') return follow(token, { query: text, variables: fromTheStart(names) }, place);
    const answer = await send(clone.url, { token, body: { query: text, variables } });
    const { data, errors } = JSON.parse(answer.text);
    expect(errors, `${place}: ${answer.text}`).toBeUndefined();
    const member: string = data[field].__typename ?? '';
    if (refused !== null) expect(member, place).toBe(refused);
    else expect(data[field], place).not.toHaveProperty('message');
    if (kind === 'mutation' || field === 'planCut') note(data[field]);
  }

  /** Later operations go on with what this one answered. */
  function note(value: unknown): void {
    if (typeof value !== 'object' || value === null) return;
    for (const [name, member] of Object.entries(value)) {
      if (/^(sourceId|entryId|changeSetId|manifestDigest)$/.test(name) && typeof member === 'string')
        known[name] = member;
      else note(member);
    }
  }

  async function follow(token: string, body: object, place: string): Promise<void> {
    const controller = new AbortController();
    const response = await fetch(clone.url, {
      method: 'POST',
      signal: controller.signal,
      headers: {
        authorization: `Bearer ${token}`,
        'content-type': 'application/json',
        accept: 'text/event-stream',
      },
      body: JSON.stringify(body),
    });
    let text = '';
    for await (const part of response.body as AsyncIterable<Uint8Array>) {
      text += Buffer.from(part).toString('utf8');
      if (/"(HistoryEvent|BacklogSnapshot|BacklogChange)"|"errors"/.test(text)) break;
    }
    controller.abort();
    expect(text, place).toMatch(/"(HistoryEvent|BacklogSnapshot|BacklogChange)"/);
  }

  /** As the owner, with the placeholders filled, and rolled back. */
  async function statement({ text }: Block): Promise<void> {
    const values: Readonly<Record<string, string>> = {
      person: 'Person of the docs',
      name: 'marker of the docs',
      kind: 'person',
      scopes: 'ledger:observe',
      lane: '',
      sha256: 'ab'.repeat(32),
    };
    const filled = text.replace(/<(\w+)>/g, (_, name: string) => values[name] as string);
    await asOwner(clone.ownerUrl(), async (owner) => {
      await owner.query('begin');
      await owner.query(filled);
      await owner.query('rollback');
    });
  }

  async function register(): Promise<string> {
    const query = `mutation { registerSource(input: { idempotencyKey: "docs", docCode: "docs", content: { text: "# Docs\\n\\nText.\\n" } }) {
      ... on RegisterSourceSuccess { source { sourceId } } } }`;
    const answer = await send(clone.url, { token: clone.token('marker'), body: { query } });
    return JSON.parse(answer.text).data.registerSource.source.sourceId;
  }
});

/** The first operation of a document: what it is, what it asks first, and its variables. */
function operationOf(text: string) {
  const operation = parse(text).definitions.find((node) => node.kind === Kind.OPERATION_DEFINITION);
  const { operation: kind, selectionSet, variableDefinitions = [] } = operation as OperationDefinitionNode;
  const [first] = selectionSet.selections;
  if (first?.kind !== Kind.FIELD) throw new Error(`The operation begins with no field: ${text}`);
  return {
    kind,
    field: first.name.value,
    names: variableDefinitions.map(({ variable }) => variable.name.value),
  };
}

const fromTheStart = (names: readonly string[]) => (names.includes('after') ? { after: '' } : {});
const isRun = ({ language, notRun }: Block) => RUN.includes(language) && notRun === null;
const isStart = (text: string) => /(npm|cutter) start$/m.test(text.trim());
