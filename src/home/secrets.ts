import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { LANES, type Lane } from '../law/values.ts';
import { refuseIfOthersMayRead, writePrivateFile } from './private-file.ts';

/** The database logins of the runtime, one for each thing it does. */
export const LOGINS = [
  'cutter_exec',
  'cutter_verify',
  'cutter_registrar',
  'cutter_observe',
  'cutter_reader',
  'cutter_evidence',
  'cutter_gate',
  'cutter_integrator',
] as const;
export type Login = (typeof LOGINS)[number];

/** What `<home>/secrets.json` holds. A lane that this home doesn't serve has neither password nor seed here. */
export interface Secrets {
  /** The owner's password of the embedded cluster; unused with an external server. */
  readonly owner: string;
  readonly logins: Partial<Record<Login, string>>;
  /** The 32-byte Ed25519 seed of each lane whose key the server holds, base64. */
  readonly seeds: Partial<Record<Lane, string>>;
  /** The same for the keys by which the lanes sign heads of the log; never the seed of a statement key. */
  readonly checkpointSeeds: Partial<Record<Lane, string>>;
  /** The seed of the key by which the server proves to its callers that it is this ledger. */
  readonly serverSeed: string;
  /**
   * Seeds that are to follow those above, while a rotation is under way: the registry says which of the two are in
   * force.
   */
  readonly next?: NextSeeds | undefined;
  /** The public keys, base64, that those above have replaced: what they signed stays signed by the lane. */
  readonly former?: Partial<Record<Lane, readonly string[]>> | undefined;
}

interface NextSeeds {
  readonly seeds?: Partial<Record<Lane, string>> | undefined;
  readonly checkpointSeeds?: Partial<Record<Lane, string>> | undefined;
}

const seeds = z.partialRecord(z.enum(LANES), z.base64());
const shape = z.object({
  owner: z.string().min(32),
  logins: z.partialRecord(z.enum(LOGINS), z.string().min(32)),
  seeds,
  // Files from before heads were signed have none.
  checkpointSeeds: seeds.optional(),
  // Files from before servers proved who they are have none.
  serverSeed: z.base64().optional(),
  next: z.object({ seeds: seeds.optional(), checkpointSeeds: seeds.optional() }).optional(),
  former: z.partialRecord(z.enum(LANES), z.array(z.base64())).optional(),
});

/** Logins that a later version added. */
const LATER_LOGINS = ['cutter_reader', 'cutter_registrar'] as const satisfies readonly Login[];

const pathOf = (home: string) => join(home, 'secrets.json');

/** Reads the secrets of a home directory; makes them where there are none. */
export function homeSecrets(home: string): Secrets {
  const stored = storedSecrets(home);
  if (stored !== null) return stored;
  const made = makeSecrets();
  writeSecrets(home, made);
  return made;
}

/**
 * The secrets that a home directory holds; null where it holds none. A file of an earlier version gets the seeds and
 * the password that it lacks.
 */
export function storedSecrets(home: string): Secrets | null {
  const path = pathOf(home);
  if (!existsSync(path)) return null;
  const { checkpointSeeds, serverSeed, ...read } = readSecrets(path);
  // Files of before documents, and persons, had a login of their own.
  const lacking = LATER_LOGINS.filter((login) => read.logins[login] === undefined);
  const secrets: Secrets = {
    ...read,
    logins: { ...read.logins, ...Object.fromEntries(lacking.map((login) => [login, freshPassword()])) },
    checkpointSeeds: checkpointSeeds ?? freshSeeds(lanesOf(read)),
    serverSeed: serverSeed ?? freshSeed(),
  };
  if (lacking.length > 0 || checkpointSeeds === undefined || serverSeed === undefined)
    writeSecrets(home, secrets);
  return secrets;
}

const LANE_LOGIN = { 'DOT-991': 'cutter_exec', 'DOT-992': 'cutter_verify' } as const satisfies Record<
  Lane,
  Login
>;

/** The same secrets without those of lanes that a process doesn't serve. */
export function secretsOfLanes(secrets: Secrets, served: ReadonlySet<Lane>): Secrets {
  const others = LANES.filter((lane) => !served.has(lane));
  const without = <V>(all: Partial<Record<string, V>> | undefined, names: readonly string[]) =>
    Object.fromEntries(Object.entries(all ?? {}).filter(([name]) => !names.includes(name)));
  return {
    ...secrets,
    logins: without(
      secrets.logins,
      others.map((lane) => LANE_LOGIN[lane]),
    ),
    seeds: without(secrets.seeds, others),
    checkpointSeeds: without(secrets.checkpointSeeds, others),
    next: {
      seeds: without(secrets.next?.seeds, others),
      checkpointSeeds: without(secrets.next?.checkpointSeeds, others),
    },
    former: without(secrets.former, others),
  };
}

/** Durable when it returns. */
export function writeSecrets(home: string, secrets: Secrets): void {
  writeSecretsFile(pathOf(home), secrets);
}

function writeSecretsFile(path: string, secrets: Secrets): void {
  writePrivateFile(path, `${JSON.stringify(secrets, null, 2)}\n`);
}

/** What a server of one lane needs, for a home of its own: nothing of the other lane, and no owner's password. */
export function exportLaneSecrets(secrets: Secrets, lane: Lane, path: string): void {
  writeSecretsFile(path, { ...secretsOfLanes(secrets, new Set([lane])), owner: freshPassword() });
}

/** What changes with a home's secrets, without reading them; null where there is no file. */
export function secretsStamp(home: string): string | null {
  const stat = statSync(pathOf(home), { bigint: true, throwIfNoEntry: false });
  return stat === undefined ? null : `${stat.ino} ${stat.mtimeNs} ${stat.size}`;
}

function lanesOf({ seeds }: Pick<Secrets, 'seeds'>): readonly Lane[] {
  return LANES.filter((lane) => seeds[lane] !== undefined);
}

function freshSeeds(lanes: readonly Lane[]): Partial<Record<Lane, string>> {
  return Object.fromEntries(lanes.map((lane) => [lane, freshSeed()]));
}

const freshSeed = () => randomBytes(32).toString('base64');

/** Fresh secrets for every login and lane. */
export function makeSecrets(): Secrets {
  return {
    owner: freshPassword(),
    logins: Object.fromEntries(LOGINS.map((login) => [login, freshPassword()])),
    seeds: freshSeeds(LANES),
    checkpointSeeds: freshSeeds(LANES),
    serverSeed: freshSeed(),
  };
}

/** The seed of the server's own key as bytes. */
export function serverSeedOf({ serverSeed }: Secrets): Uint8Array {
  return new Uint8Array(Buffer.from(serverSeed, 'base64'));
}

/** As this version or an earlier one wrote them. */
type StoredSecrets = Omit<Secrets, 'checkpointSeeds' | 'serverSeed'> &
  Partial<Pick<Secrets, 'checkpointSeeds' | 'serverSeed'>>;

function readSecrets(path: string): StoredSecrets {
  refuseIfOthersMayRead(path);
  const parsed = shape.safeParse(parseJson(path));
  if (!parsed.success) {
    throw new Error(
      `${path} is not a file of secrets as this version writes it: ${z.prettifyError(parsed.error)}`,
    );
  }
  const { seeds, checkpointSeeds = {}, serverSeed, next } = parsed.data;
  const server = serverSeed === undefined ? {} : { 'the server': serverSeed };
  const all = [server, seeds, checkpointSeeds, next?.seeds ?? {}, next?.checkpointSeeds ?? {}].flatMap(
    (some) => Object.entries(some) as [string, string][],
  );
  for (const [lane, seed] of all) {
    if (Buffer.from(seed, 'base64').length !== 32)
      throw new Error(`${path}: the seed of ${lane} must be 32 bytes.`);
  }
  if (new Set(all.map(([, seed]) => seed)).size < all.length)
    throw new Error(
      `${path} holds one seed twice. Statements and checkpoints, either lane and the server each need their own.`,
    );
  return parsed.data as StoredSecrets;
}

function parseJson(path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch {
    // The parser's own message quotes the text, and the text is secret.
    throw new Error(
      `${path} is not JSON. Restore it from a copy: without it the lanes can't sign in or sign.`,
    );
  }
}

function freshPassword(): string {
  return randomBytes(32).toString('base64url');
}
