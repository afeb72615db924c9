import { randomBytes } from 'node:crypto';
import {
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  statSync,
  writeSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { LANES, type Lane } from '../ledger/values.ts';

/** The database logins of the runtime, one for each thing it does. */
export const LOGINS = [
  'cutter_exec',
  'cutter_verify',
  'cutter_observe',
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
}

const shape = z.object({
  owner: z.string().min(32),
  logins: z.partialRecord(z.enum(LOGINS), z.string().min(32)),
  seeds: z.partialRecord(z.enum(LANES), z.base64()),
  // Files of before heads were signed have none.
  checkpointSeeds: z.partialRecord(z.enum(LANES), z.base64()).optional(),
});

/** Reads the secrets of a home directory; makes them where there are none. */
export function homeSecrets(home: string): Secrets {
  const path = join(home, 'secrets.json');
  const read: StoredSecrets = existsSync(path) ? readSecrets(path) : makeSecrets();
  const secrets: Secrets = { ...read, checkpointSeeds: read.checkpointSeeds ?? freshSeeds(lanesOf(read)) };
  if (read.checkpointSeeds === undefined || !existsSync(path))
    writePrivateFile(path, `${JSON.stringify(secrets, null, 2)}\n`);
  return secrets;
}

function lanesOf({ seeds }: Pick<Secrets, 'seeds'>): readonly Lane[] {
  return LANES.filter((lane) => seeds[lane] !== undefined);
}

function freshSeeds(lanes: readonly Lane[]): Partial<Record<Lane, string>> {
  return Object.fromEntries(lanes.map((lane) => [lane, randomBytes(32).toString('base64')]));
}

/** Fresh secrets for every login and lane. */
export function makeSecrets(): Secrets {
  return {
    owner: password(),
    logins: Object.fromEntries(LOGINS.map((login) => [login, password()])),
    seeds: freshSeeds(LANES),
    checkpointSeeds: freshSeeds(LANES),
  };
}

/** The seed of a lane's key for statements as bytes, or null where this home doesn't hold it. */
export function seedOf(secrets: Secrets, lane: Lane): Uint8Array | null {
  return bytesOf(secrets.seeds[lane]);
}

/** The seed of a lane's key for heads as bytes, or null where this home doesn't hold it. */
export function checkpointSeedOf(secrets: Secrets, lane: Lane): Uint8Array | null {
  return bytesOf(secrets.checkpointSeeds[lane]);
}

function bytesOf(text: string | undefined): Uint8Array | null {
  return text === undefined ? null : new Uint8Array(Buffer.from(text, 'base64'));
}

/** As this version or an earlier one wrote them. */
type StoredSecrets = Omit<Secrets, 'checkpointSeeds'> & Partial<Pick<Secrets, 'checkpointSeeds'>>;

function readSecrets(path: string): StoredSecrets {
  refuseIfOthersMayRead(path);
  const parsed = shape.safeParse(parseJson(path));
  if (!parsed.success) {
    throw new Error(
      `${path} is not a file of secrets as this version writes it: ${z.prettifyError(parsed.error)}`,
    );
  }
  const { seeds, checkpointSeeds = {} } = parsed.data;
  for (const [lane, seed] of [...Object.entries(seeds), ...Object.entries(checkpointSeeds)]) {
    if (Buffer.from(seed, 'base64').length !== 32)
      throw new Error(`${path}: the seed of ${lane} must be 32 bytes.`);
  }
  if (Object.values(seeds).some((seed) => Object.values(checkpointSeeds).includes(seed)))
    throw new Error(`${path}: one seed serves statements and checkpoints; each needs its own.`);
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

/** A secret that its group or the world may read is no secret; this stops rather than repairs, since it may be known already. */
export function refuseIfOthersMayRead(path: string): void {
  if (process.platform === 'win32') return;
  const mode = statSync(path).mode & 0o777;
  if ((mode & 0o077) !== 0) {
    throw new Error(
      `${path} is open to others (mode ${mode.toString(8)}). Consider what it holds known; if it isn't, close it with chmod 600.`,
    );
  }
}

/** Writes a file for the owner's eyes, whole or not at all. */
export function writePrivateFile(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  const making = `${path}.${process.pid}.new`;
  const file = openSync(making, 'w', 0o600);
  try {
    writeSync(file, text);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  renameSync(making, path);
}

function password(): string {
  return randomBytes(32).toString('base64url');
}
