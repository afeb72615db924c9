import { createHash, createHmac, pbkdf2Sync, randomBytes, timingSafeEqual } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import type { ClientBase } from 'pg';
import { LOGINS, type Login, type Secrets } from '../home/secrets.ts';

const ITERATIONS = 4096;

/** The URL of a login on the owner's server and database. Holds the password: never log it. */
export function loginUrl(ownerUrl: string, login: Login, secret: string): string {
  const url = new URL(ownerUrl);
  url.username = login;
  url.password = encodeURIComponent(secret);
  return url.href;
}

/**
 * Gives each login the password of the secrets, and returns the logins whose password this changed. What travels is
 * the SCRAM verifier, made here: the password reaches neither the server nor its logs.
 */
export async function setLoginPasswords(owner: ClientBase, secrets: Secrets): Promise<readonly Login[]> {
  const known = await knownVerifiers(owner);
  const changed = LOGINS.filter((login) => {
    const secret = secrets.logins[login];
    return secret !== undefined && !verifierMatches(known.get(login) ?? null, secret);
  });
  for (const login of changed)
    await setPassword(owner, login, scramVerifier(secrets.logins[login] as string));
  return changed;
}

/** What PostgreSQL stores for a SCRAM-SHA-256 password (RFC 5803). */
export function scramVerifier(
  password: string,
  salt: Buffer = randomBytes(16),
  iterations = ITERATIONS,
): string {
  const salted = pbkdf2Sync(password, salt, iterations, 32, 'sha256');
  const clientKey = createHmac('sha256', salted).update('Client Key').digest();
  const storedKey = createHash('sha256').update(clientKey).digest('base64');
  const serverKey = createHmac('sha256', salted).update('Server Key').digest('base64');
  return `SCRAM-SHA-256$${iterations}:${salt.toString('base64')}$${storedKey}:${serverKey}`;
}

function verifierMatches(verifier: string | null, password: string): boolean {
  const parts = verifier?.match(/^SCRAM-SHA-256\$(\d+):([^$]+)\$/);
  if (verifier === null || !parts) return false;
  const made = Buffer.from(
    scramVerifier(password, Buffer.from(parts[2] as string, 'base64'), Number(parts[1])),
  );
  const known = Buffer.from(verifier);
  return made.length === known.length && timingSafeEqual(made, known);
}

/**
 * The verifiers as stored, where the owner may see them. An owner who isn't a superuser may not, and sets them again.
 */
async function knownVerifiers(owner: ClientBase): Promise<ReadonlyMap<string, string>> {
  const { rows: may } = await owner.query<{ may: boolean }>(
    `/* logins.may_compare */ select has_table_privilege('pg_catalog.pg_authid', 'select') as may`,
  );
  if (may[0]?.may !== true) return new Map();
  const { rows } = await owner.query<{ rolname: string; rolpassword: string | null }>(
    '/* logins.compare */ select rolname, rolpassword from pg_catalog.pg_authid where rolname = any($1)',
    [LOGINS],
  );
  return new Map(
    rows.flatMap((row) => (row.rolpassword === null ? [] : [[row.rolname, row.rolpassword] as const])),
  );
}

/** Roles are shared by all databases of a cluster, so another start may be setting the same row at this moment. */
async function setPassword(owner: ClientBase, login: Login, verifier: string): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      // A utility statement takes no parameters; neither name nor verifier holds a character that needs escaping.
      await owner.query(`/* logins.set */ alter role ${login} password '${verifier}'`);
      return;
    } catch (error) {
      if (attempt === 10 || !/concurrently updated/.test((error as Error).message)) throw error;
      await pause(20 * attempt);
    }
  }
}
