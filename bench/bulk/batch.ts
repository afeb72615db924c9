/** Documents through all phases by the verbs that take lists, as `cutter run DIR` and programs of others do it. */
import type { Gql, Ground } from '../ground.ts';
import { timed } from '../ground.ts';

export interface Batch {
  /** The codes of its documents begin so. */
  readonly name: string;
  readonly count: number;
  /** Of each document. */
  readonly units: number;
}

/** Milliseconds by phase. */
export type PhaseTimes = Readonly<Record<string, number>>;

/** Calls at a time of what takes no list. */
const WIDTH = 8;
/** Items of a call. */
const ITEMS = 500;

const REFUSED = '... on Refusal { message }';
const REGISTER = `mutation ($input: RegisterSourceInput!) { registerSource(input: $input) {
  ... on RegisterSourceSuccess { source { sourceId } } ${REFUSED} } }`;
const SWEEP = `mutation ($input: SweepInput!) { sweep(input: $input) {
  ... on SweepSuccess { promoted { entryId } } ${REFUSED} } }`;
const PLAN = `query ($entryId: UUID) { planCut(entryId: $entryId) { ... on Plan { manifestDigest } ${REFUSED} } }`;

interface Answer {
  readonly message?: string;
  readonly source: { readonly sourceId: string };
  readonly entry: { readonly entryId: string; readonly status: string };
  readonly changeSet: { readonly changeSetId: string };
  readonly manifestDigest: string;
  readonly results: readonly Answer[];
}

/** A law of so many units: a title, and sections of a few sentences. */
function documentText(name: string, at: number, units: number): string {
  const sections = Array.from({ length: units - 1 }, (_, unit) => {
    const sentence = `Sentence ${unit} of ${name}-${at} says what the law is, and whom it binds. `;
    return `## § ${unit + 1} Section ${unit + 1}\n\n${sentence.repeat(2 + ((at + unit) % 4))}\n\n`;
  });
  return `# Law ${name}-${at}\n\n${sections.join('')}`;
}

/** Takes a batch through all phases, one after the other. Throws where anything is refused. */
export async function documentsThrough(
  gql: Gql,
  tokens: Ground['tokens'],
  { name, count, units }: Batch,
): Promise<PhaseTimes> {
  const times: Record<string, number> = {};
  const all = Array.from({ length: count }, (_, at) => at);
  const phase = async <T>(called: string, act: () => Promise<T>): Promise<T> => {
    const begun = performance.now();
    const done = await act();
    times[called] = performance.now() - begun;
    return done;
  };
  const asked = async (who: string, query: string, variables: unknown): Promise<Answer> => {
    const data = await gql(tokens[who] as string, query, variables);
    const [answer] = Object.values(data) as unknown as Answer[];
    return sound(answer as Answer);
  };
  const many = async (who: string, verb: string, fields: string, items: readonly object[]) => {
    const type = `${verb.charAt(0).toUpperCase()}${verb.slice(1)}`;
    const query = `mutation ($input: ${type}ManyInput!) { ${verb}Many(input: $input) { ${REFUSED}
      ... on ${type}ManySuccess { results { ${REFUSED} ... on ${type}Success { ${fields} } } } } }`;
    const answers: Answer[] = [];
    for (let at = 0; at < items.length; at += ITEMS) {
      const { results } = await asked(who, query, { input: { items: items.slice(at, at + ITEMS) } });
      answers.push(...results.map(sound));
    }
    return answers;
  };
  const texts = all.map((at) => documentText(name, at, units));
  const sources: string[] = [];
  await phase('registerSource', () =>
    timed(
      all.map((at) => async () => {
        const input = {
          idempotencyKey: `${name}:s${at}`,
          docCode: `${name}-${at}`,
          content: { text: texts[at] },
        };
        sources[at] = (await asked('marker', REGISTER, { input })).source.sourceId;
      }),
      WIDTH,
    ),
  );
  const entries = await phase('markMany', () =>
    many(
      'marker',
      'mark',
      'entry { entryId status }',
      all.map((at) => ({
        idempotencyKey: `${name}:m${at}`,
        sourceId: sources[at],
        cutSpec: { profile: 'markdown' },
        signalSource: 'bench',
      })),
    ),
  );
  const ids = entries.map(({ entry }) => entry.entryId);
  await phase('sweep', async () => {
    for (let at = 0; at < ids.length; at += ITEMS) {
      const input = { idempotencyKey: `${name}:w${at}`, limit: 1_000, entryIds: ids.slice(at, at + ITEMS) };
      await asked('marker', SWEEP, { input });
    }
  });
  const plans: string[] = [];
  await phase('planCut', () =>
    timed(
      all.map((at) => async () => {
        plans[at] = (await asked('reviewer', PLAN, { entryId: ids[at] })).manifestDigest;
      }),
      WIDTH,
    ),
  );
  const orders = (key: string, more = {}) =>
    all.map((at) => ({
      idempotencyKey: `${name}:${key}${at}`,
      entryId: ids[at],
      manifestDigest: plans[at],
      ...more,
    }));
  await phase('reviewMany', () =>
    many('reviewer', 'review', 'entry { entryId status }', orders('r', { verdict: 'APPROVE' })),
  );
  const cuts = await phase('cutMany', () =>
    many('executor', 'cut', 'changeSet { changeSetId } entry { entryId status }', orders('c')),
  );
  const verified = await phase('verifyMany', () =>
    many(
      'verifier',
      'verify',
      'entry { entryId status }',
      cuts.map(({ changeSet: { changeSetId } }, at) => ({ idempotencyKey: `${name}:v${at}`, changeSetId })),
    ),
  );
  const failed = verified.filter(({ entry }) => entry.status !== 'VERIFIED_COMPLETE');
  if (failed.length > 0) throw new Error(`${failed.length} documents were not verified.`);
  return times;
}

function sound(answer: Answer): Answer {
  if (answer.message !== undefined) throw new Error(answer.message);
  return answer;
}
