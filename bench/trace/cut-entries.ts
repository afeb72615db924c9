/** Follows one cut and gives the entries of its input into files, in order. */
import { type Entered, follow, unheard } from './entered.ts';

// After the hook, which has to see every module as it is loaded.
const { gqlAt } = await import('../ground.ts');
const { localServer } = await import('../local-server.ts');
const { stepsOf } = await import('../cycle.ts');
const { derivedId } = await import('../../src/proof/uuid.ts');

import type { PoolUrls } from '../../src/database/pools.ts';
import type { Secrets } from '../../src/home/secrets.ts';
import type { Entry } from '../cycle.ts';

/** A stay in a file: calls into it that follow one another, with no entry into another file between them. */
export interface Stay {
  readonly file: string;
  readonly functions: Set<string>;
}

export interface CutTrace {
  readonly stays: readonly Stay[];
  /** Calls of the pure arithmetic of `proof/`, by file. */
  readonly used: ReadonlyMap<string, number>;
}

const CUT = `mutation ($input: CutInput!) { cut(input: $input) { __typename
  ... on CutSuccess { replayed changeSet { changeSetId entry { status } } } ... on Refusal { message } } }`;
const DOOR = { file: 'src/doors/http.ts', name: 'answer' };
const ARITHMETIC = 'src/proof/';
const DERIVED_ID = { file: 'src/proof/uuid.ts', name: 'derivedId' };
/** How deep a value is looked for in what a function is given. */
const DEPTH = 3;

/** Cuts two documents in an empty ledger, and traces the second cut: the first one loads what later ones find. */
export async function traceCut(
  urls: PoolUrls,
  secrets: Secrets,
  tokens: Readonly<Record<string, string>>,
): Promise<CutTrace> {
  const server = await localServer(urls, secrets);
  try {
    const gql = gqlAt(server.url);
    const before = stepsOf(3).filter(({ name }) => !['cut', 'verify'].includes(name));
    const cutNow = async (index: number, listen: (input: object) => void): Promise<void> => {
      const entry: Entry = { entryId: '', sourceId: '', manifestDigest: '', changeSetId: '' };
      for (const { step } of before) await step(gql, tokens, index, entry);
      const { entryId, manifestDigest } = entry;
      const input = { idempotencyKey: `the cut that is traced, ${index}`, entryId, manifestDigest };
      listen(input);
      const answer = await gql(tokens['executor'] as string, CUT, { input });
      if (!JSON.stringify(answer).includes('CUT_APPLIED')) throw new Error(JSON.stringify(answer));
    };
    const stays: Stay[] = [];
    const used = new Map<string, number>();
    await cutNow(0, () => {});
    await cutNow(1, (input) => followInput(Object.values(input), stays, used));
    return { stays, used };
  } finally {
    await server.close();
  }
}

/** Follows the values of an input, and the ids that derive from its key. */
function followInput(input: readonly string[], stays: Stay[], used: Map<string, number>): void {
  const values = new Set(input);
  const isGiven = ({ given }: Entered) => given.some((value) => holds(value, values, DEPTH));
  follow({
    first: DOOR,
    hearCall: (entered) => {
      if (!entered.file.startsWith(ARITHMETIC) || !isGiven(entered)) return;
      used.set(entered.file, (used.get(entered.file) ?? 0) + 1);
      if (entered.file === DERIVED_ID.file && entered.name === DERIVED_ID.name)
        values.add(unheard(() => derivedId(entered.given[0] as string)));
    },
    hear: (entered) => {
      const isDoor = entered.file === DOOR.file && entered.name === DOOR.name;
      if (entered.file.startsWith(ARITHMETIC) || !(isDoor || isGiven(entered))) return;
      const last = stays.at(-1);
      if (last?.file === entered.file) last.functions.add(entered.name);
      else stays.push({ file: entered.file, functions: new Set([entered.name]) });
    },
  });
}

/** Whether one of the values is in this, however it is packed. */
function holds(given: unknown, values: ReadonlySet<string>, depth: number): boolean {
  if (typeof given === 'string') return values.values().some((value) => given.includes(value));
  if (given instanceof Uint8Array) return values.values().some((value) => Buffer.from(given).includes(value));
  if (typeof given !== 'object' || given === null || depth === 0) return false;
  if (given instanceof Map || given instanceof Set)
    return [...given].some((part) => holds(part, values, depth - 1));
  // Getters may do something, so they are left alone.
  return Object.values(Object.getOwnPropertyDescriptors(given)).some(({ value }) =>
    holds(value, values, depth - 1),
  );
}
