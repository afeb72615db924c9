import { setTimeout as pause } from 'node:timers/promises';
import type { Verb } from '../../src/auth/authority.ts';
import { phaseIds } from '../../src/ledger/envelope/ids.ts';
import type { Loose } from './cycle.ts';
import type { Seeded } from './seeded.ts';

/** What the writers of a storm know of it, and what they were told. */
export interface Storm {
  readonly tokens: Readonly<Record<string, string>>;
  /** A server to ask now. */
  url(): string;
  /** The record of each acknowledged call, by its id: which call it was. */
  readonly acknowledged: Map<string, string>;
  /** Phases that were acknowledged; sources are registered beside them. */
  phases: number;
  /** Calls that were sent again: nobody had answered, or the answer was to come again. */
  again: number;
  /** Whether a writer has failed, so that nobody need go on. */
  isBroken: boolean;
  /** Whether enough has been done. */
  isOver(): boolean;
}

const CALLS = {
  registerSource: { who: 'marker', success: 'source { sourceId }' },
  mark: { who: 'marker', success: 'entry { entryId }' },
  sweep: { who: 'marker', success: 'examined' },
  review: { who: 'reviewer', success: 'entry { status }' },
  abandon: { who: 'marker', success: 'entry { status }' },
  cut: { who: 'executor', success: 'changeSet { changeSetId }' },
  verify: { who: 'verifier', success: 'result { verdict }' },
} as const satisfies Partial<Record<Verb, { who: string; success: string }>>;

type StormVerb = keyof typeof CALLS;

const OPERATIONS = Object.fromEntries(
  Object.entries(CALLS).map(([verb, { success }]) => {
    const type = `${verb.charAt(0).toUpperCase()}${verb.slice(1)}`;
    return [
      verb,
      `mutation ($input: ${type}Input!) { ${verb}(input: $input) { __typename
        ... on ${type}Success { replayed ${success} } ... on Refusal { message guard retryable } } }`,
    ];
  }),
) as Record<StormVerb, string>;

const PLAN = `query ($entryId: UUID) { planCut(entryId: $entryId) { __typename
  ... on Plan { manifestDigest } ... on Refusal { message } } }`;

/** The data of an answer; null where the call is to be repeated: nobody answered, or the database was away. */
async function attempt(storm: Storm, who: string, query: string, variables: unknown): Promise<Loose> {
  let body: Loose;
  try {
    const response = await fetch(storm.url(), {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${storm.tokens[who]}` },
      body: JSON.stringify({ query, variables }),
    });
    body = await response.json();
  } catch {
    return null;
  }
  const errors: { extensions: { code: string } }[] = body.errors ?? [];
  if (errors.some(({ extensions }) => extensions.code !== 'UNAVAILABLE'))
    throw new Error(JSON.stringify(body));
  return errors.length > 0 ? null : body.data;
}

/** Asks until somebody answers; whoever can't is left for a moment. */
async function ask(storm: Storm, who: string, query: string, variables: unknown): Promise<Loose> {
  for (let tries = 1; ; tries += 1) {
    if (storm.isBroken) throw new Error('Another writer has failed.');
    const data = await attempt(storm, who, query, variables);
    const answer = data === null ? null : Object.values(data as Record<string, Loose>)[0];
    if (answer !== null && answer.retryable !== true) return { answer, tries };
    storm.again += 1;
    await pause(20);
  }
}

/** One call, with one key on every attempt, until it is acknowledged. Another refusal than to come again fails the test. */
async function acknowledged(
  storm: Storm,
  verb: StormVerb,
  key: string,
  input: Record<string, unknown>,
): Promise<Loose> {
  const variables = { input: { idempotencyKey: key, ...input } };
  const { answer, tries } = await ask(storm, CALLS[verb].who, OPERATIONS[verb], variables);
  const what = `${verb} ${key}`;
  if (!answer.__typename.endsWith('Success')) throw new Error(`${what}: ${JSON.stringify(answer)}`);
  if (answer.replayed && tries === 1) throw new Error(`${what}: answered as a replay of a call never made`);
  storm.acknowledged.set(phaseIds(verb, key).record, what);
  if (verb !== 'registerSource') storm.phases += 1;
  return answer;
}

/** What becomes of an entry. */
const FATES = ['abandoned', 'abandoned', 'rejected', 'rejected', 'approved', 'complete'] as const;

/** Registers one small document and takes entries of it to their ends, round after round, until the storm is over. */
export async function write(storm: Storm, name: string, chance: Seeded): Promise<void> {
  try {
    await writeUntilOver(storm, name, chance);
  } catch (error) {
    storm.isBroken = true;
    throw error;
  }
}

async function writeUntilOver(storm: Storm, name: string, chance: Seeded): Promise<void> {
  const text = `# ${name}\n\nThe law of ${name}.\n`;
  const registered = await acknowledged(storm, 'registerSource', name, { docCode: name, content: { text } });
  const { sourceId } = registered.source;
  for (let round = 0; !storm.isOver(); round += 1) {
    const keys = Array.from({ length: chance.between(2, 6) }, (_, at) => `${name}/${round}/${at}`);
    const entries: { readonly key: string; readonly entryId: string }[] = [];
    for (const key of keys) {
      const input = { sourceId, cutSpec: { profile: 'markdown' }, signalSource: 'storm' };
      const { entry } = await acknowledged(storm, 'mark', key, input);
      entries.push({ key, entryId: entry.entryId });
    }
    // Whoever sweeps takes what everybody marked before.
    await acknowledged(storm, 'sweep', `${name}/${round}`, { limit: 1000 });
    for (const { key, entryId } of entries) await takeToItsEnd(storm, key, entryId, chance.pick(FATES));
  }
}

async function takeToItsEnd(
  storm: Storm,
  key: string,
  entryId: string,
  fate: (typeof FATES)[number],
): Promise<void> {
  if (fate === 'abandoned') {
    await acknowledged(storm, 'abandon', key, { entryId, rationale: 'The storm took it.' });
    return;
  }
  const { answer } = await ask(storm, 'reviewer', PLAN, { entryId });
  const entry = { entryId, manifestDigest: answer.manifestDigest };
  const verdict = fate === 'rejected' ? 'REJECT' : 'APPROVE';
  await acknowledged(storm, 'review', key, { ...entry, verdict });
  if (fate !== 'complete') return;
  const { changeSet } = await acknowledged(storm, 'cut', key, entry);
  const { result } = await acknowledged(storm, 'verify', key, { changeSetId: changeSet.changeSetId });
  if (result.verdict !== 'PASS') throw new Error(`verify ${key}: ${result.verdict}`);
}
