import { createHash, randomBytes, randomUUID } from 'node:crypto';
import type { Scope } from '../../src/auth/authority.ts';
import type { TestServer } from './server.ts';

/** A principal made for a test, with a token that is good for it. */
export interface Caller {
  readonly token: string;
  readonly principalId: string;
  readonly personId: string;
}

export interface CallerOptions {
  readonly kind?: 'person' | 'service' | 'agent';
  readonly scopes: readonly Scope[];
  /** Of a rehearsal, unless told otherwise. */
  readonly rehearsal?: boolean;
  /** An existing person who answers for it; else a new one. */
  readonly personId?: string;
}

export interface TokenOptions {
  /** Narrower than the principal's. */
  readonly scopes?: readonly Scope[];
  readonly entryIds?: readonly string[];
}

/** As the owner: a principal, its person where none is given, and a token. */
export async function caller(
  server: TestServer,
  options: CallerOptions,
  token: TokenOptions = {},
): Promise<Caller> {
  const personId = options.personId ?? randomUUID();
  const principalId = randomUUID();
  await server.superuser.query(
    `insert into cutter_auth.person (person_id, name, rehearsal) values ($1, $2, $3) on conflict do nothing`,
    [personId, `Person ${personId}`, options.rehearsal ?? true],
  );
  await server.superuser.query(
    `insert into cutter_auth.principal (principal_id, kind, name, person_id, scopes, lane, rehearsal)
     values ($1, $2, $3, $4, $5, null, $6)`,
    [
      principalId,
      options.kind ?? 'person',
      `principal ${principalId}`,
      personId,
      options.scopes,
      options.rehearsal ?? true,
    ],
  );
  return { token: await tokenFor(server, principalId, token), principalId, personId };
}

/** As the owner: one more token of a principal. */
export async function tokenFor(
  server: TestServer,
  principalId: string,
  { scopes, entryIds }: TokenOptions = {},
): Promise<string> {
  const token = randomBytes(32).toString('base64url');
  await server.superuser.query(
    `insert into cutter_auth.token (token_sha256, token_id, principal_id, scopes, entry_ids, expires_at)
     values ($1, $2, $3, $4, $5, now() + interval '1 hour')`,
    [
      createHash('sha256').update(token).digest(),
      randomUUID(),
      principalId,
      scopes ?? null,
      entryIds ?? null,
    ],
  );
  return token;
}

/** The principal of a sample token, by its name. */
export async function sample(server: TestServer, name: string): Promise<Omit<Caller, 'token'>> {
  const { rows } = await server.superuser.query(
    'select principal_id, person_id from cutter_auth.principal where name = $1',
    [name],
  );
  return { principalId: rows[0].principal_id, personId: rows[0].person_id };
}
