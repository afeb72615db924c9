/** A ledger for the examples, in a home and a process of its own. */
import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createClient } from '../../src/client/client.ts';
import { MarkDocument, RegisterSourceDocument, SweepDocument } from '../../src/client/generated/graphql.ts';
import type { Operation } from '../../src/client/operation.ts';

const MAIN = new URL('../../src/main.ts', import.meta.url).pathname;

export interface Ledger {
  /** GraphQL's address. */
  readonly url: string;
  readonly tokens: Readonly<Record<string, string>>;
  /** Registers and marks a document, and promotes it to review; gives the id of its entry. */
  pending(name: string): Promise<string>;
  /** The ids of an entry's cuts. */
  cuts(entryId: string): Promise<readonly string[]>;
  close(): Promise<void>;
}

export async function startLedger(origin: string): Promise<Ledger> {
  const home = join(tmpdir(), `cutter-examples-${randomUUID()}`);
  const child = spawn(process.execPath, [MAIN, 'start'], {
    env: {
      PATH: process.env['PATH'],
      CUTTER_HOME: home,
      CUTTER_PORT: '0',
      CUTTER_ORIGINS: origin,
      CUTTER_SAMPLE: 'off',
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let said = '';
  const url = await new Promise<string>((resolve, reject) => {
    child.once('close', () => reject(new Error(`The ledger ended before it was up:\n${said}`)));
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (text: Buffer) => {
        said += text;
        const [, found] = /(http:\/\/127\.0\.0\.1:\d+)\/?\S*/.exec(said) ?? [];
        if (found !== undefined && said.includes('Ctrl-C closes it.')) resolve(`${found}/graphql`);
      });
  });
  const tokens = JSON.parse(readFileSync(join(home, 'tokens.json'), 'utf8')) as Record<string, string>;
  const marker = createClient({ url, token: tokens['marker'] as string });

  return {
    url,
    tokens,
    async pending(name) {
      const text = `# ${name}\n\n## One\n\nFirst of ${name}.\n\n## Two\n\nSecond of ${name}.\n`;
      const registered = await marker.perform(RegisterSourceDocument, {
        input: { idempotencyKey: `${name}:source`, docCode: name, content: { text } },
      });
      const { sourceId } = successOf(registered.outcome, 'RegisterSourceSuccess').source;
      const marked = await marker.perform(MarkDocument, {
        input: {
          idempotencyKey: `${name}:mark`,
          sourceId,
          cutSpec: { profile: 'markdown' },
          signalSource: 'examples',
        },
      });
      const { entryId } = successOf(marked.outcome, 'MarkSuccess').entry;
      const swept = await marker.perform(SweepDocument, {
        input: { idempotencyKey: `${name}:sweep`, entryIds: [entryId] },
      });
      successOf(swept.outcome, 'SweepSuccess');
      return entryId;
    },
    async cuts(entryId) {
      const { entry } = await marker.request(CUTS, { entryId });
      return entry.changeSets.nodes.map(({ changeSetId }) => changeSetId);
    },
    async close() {
      const ended = once(child, 'close');
      child.kill('SIGINT');
      await ended;
      rmSync(home, { recursive: true, force: true });
    },
  };
}

interface Cuts {
  readonly entry: { readonly changeSets: { readonly nodes: readonly { readonly changeSetId: string }[] } };
}

const CUTS = `query ($entryId: UUID!) {
  entry(entryId: $entryId) { changeSets(first: 10) { nodes { changeSetId } } }
}` as unknown as Operation<Cuts, { readonly entryId: string }>;

function successOf<Outcome extends { readonly __typename: string }, Name extends Outcome['__typename']>(
  outcome: Outcome,
  name: Name,
): Extract<Outcome, { readonly __typename: Name }> {
  if (outcome.__typename !== name) throw new Error(`Refused: ${JSON.stringify(outcome)}`);
  return outcome as Extract<Outcome, { readonly __typename: Name }>;
}
