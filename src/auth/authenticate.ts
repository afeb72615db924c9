/**
 * From a bearer token to who calls. Every call that may write asks the database, so that a revocation bites at once;
 * reads may use a session that was looked up just now. The look-up is by the token's hash, so neither timing nor a log
 * gives a token away.
 */
import { hash } from 'node:crypto';
import { type DatabasePool, sql } from 'slonik';
import { z } from 'zod';
import { Forbidden } from '../law/refusals.ts';
import { PRINCIPAL_KINDS } from '../law/values.ts';
import { timeText } from '../text/time-sql.ts';
import { SCOPES, type Scope } from './authority.ts';
import { RememberedSessions } from './remembered.ts';
import type { Session } from './session.ts';
import { TokenUses } from './token-uses.ts';

/** Why a caller is not known. */
export type Unauthentic =
  | 'missing'
  | 'malformed'
  | 'unknown'
  | 'expired'
  | 'revoked'
  | 'disabled'
  | 'rehearsal_refused';

const SENTENCE: Record<Unauthentic, string> = {
  missing:
    'This needs a token: send it as "Authorization: Bearer <token>" ' +
    '(over WebSocket in connectionParams.authorization).',
  malformed: 'The authorization is not of the form "Bearer <token>".',
  unknown: 'This token is not known here.',
  expired: 'This token has expired.',
  revoked: 'This token was revoked.',
  disabled: 'The principal of this token is disabled.',
  rehearsal_refused: 'This token belongs to a rehearsal principal, and this server runs in production mode.',
};

/** Thrown to a door, which answers 401 or closes. */
export class Unauthenticated extends Error {
  readonly reason: Unauthentic;
  /** The token and its principal, where there is such a token: for the audit, and never shown. */
  readonly token: Pick<Session, 'tokenId' | 'principalId'> | null;

  constructor(reason: Unauthentic, token: Unauthenticated['token'] = null) {
    super(SENTENCE[reason]);
    this.name = 'Unauthenticated';
    this.reason = reason;
    this.token = token;
  }
}

/** The hash under which a token is kept. */
export function tokenHash(token: string): Buffer {
  return hash('sha256', token, 'buffer');
}

/** The token of an `Authorization` value; throws where there is none of the right form. */
export function bearerToken(authorization: unknown): string {
  if (authorization === undefined || authorization === null || authorization === '')
    throw new Unauthenticated('missing');
  if (typeof authorization !== 'string' || authorization.length > 600) throw new Unauthenticated('malformed');
  const token = /^Bearer +([A-Za-z0-9._~+/-]+=*) *$/i.exec(authorization)?.[1];
  if (token === undefined) throw new Unauthenticated('malformed');
  return token;
}

const grant = z.object({
  token_id: z.string(),
  principal_id: z.string(),
  person_id: z.string(),
  name: z.string(),
  kind: z.enum(PRINCIPAL_KINDS),
  scopes: z.array(z.string()),
  token_scopes: z.array(z.string()).nullable(),
  entry_ids: z.array(z.string()).nullable(),
  manifest_digest: z.string().nullable(),
  rehearsal: z.boolean(),
  expires_at: z.string(),
  left_ms: z.number(),
  expired: z.boolean(),
  revoked: z.boolean(),
  disabled: z.boolean(),
});

const byHash = (sha256: Buffer) => sql.prepared('auth_session', grant)`/* auth.session */
  select t.token_id::text, p.principal_id::text, p.person_id::text, p.name, p.kind, p.scopes,
         t.scopes as token_scopes, p.rehearsal, t.manifest_digest,
         case when t.doc_codes is null then t.entry_ids
           else cutter_auth.reached_entries(t.entry_ids, t.doc_codes) end::text[] as entry_ids,
         ${timeText(sql.fragment`t.expires_at`)} as expires_at,
         extract(epoch from least(t.expires_at, now() + interval '1 hour') - now())::float8 * 1000 as left_ms,
         t.expires_at <= now() as expired,
         t.revoked_at is not null as revoked,
         p.disabled_at is not null as disabled
    from cutter_auth.token t
    join cutter_auth.principal p using (principal_id)
   where t.token_sha256 = ${sql.binary(sha256)}`;

/** Whose an `Authorization` value is now, or, for a read, was just now; throws Unauthenticated. */
export type Authenticator = (authorization: unknown, forRead?: boolean) => Promise<Session>;

export interface AuthenticatorOptions {
  /** Connections of cutter_gate. */
  readonly gate: DatabasePool;
  readonly mode: 'rehearsal' | 'production';
  /** Milliseconds of a clock that is never set; absent: this process's. */
  readonly now?: () => number;
}

/** The one way in, for every door. */
export function createAuthenticator({
  gate,
  mode,
  now = () => performance.now(),
}: AuthenticatorOptions): Authenticator {
  const remembered = new RememberedSessions(now);
  const uses = new TokenUses(gate, now);
  return async function authenticate(authorization, forRead = false) {
    const sha256 = tokenHash(bearerToken(authorization));
    const key = sha256.toString('latin1');
    const known = forRead ? remembered.get(key) : null;
    if (known !== null) return known;
    const askedAt = now();
    const row = await gate.maybeOne(byHash(sha256));
    const refused = refusalOf(row, mode);
    if (row === null || refused !== null) {
      remembered.forget(key);
      const token = row === null ? null : { tokenId: row.token_id, principalId: row.principal_id };
      throw new Unauthenticated(refused ?? 'unknown', token);
    }
    const session = sessionOf(row);
    uses.note(session.tokenId);
    remembered.set(key, session, askedAt, row.left_ms);
    return session;
  };
}

function refusalOf(
  row: z.infer<typeof grant> | null,
  mode: AuthenticatorOptions['mode'],
): Unauthentic | null {
  if (row === null) return 'unknown';
  if (row.revoked) return 'revoked';
  if (row.expired) return 'expired';
  if (row.disabled) return 'disabled';
  return row.rehearsal && mode === 'production' ? 'rehearsal_refused' : null;
}

function sessionOf(row: z.infer<typeof grant>): Session {
  const known = new Set<string>(SCOPES);
  const narrow = row.token_scopes === null ? null : new Set(row.token_scopes);
  const scopes = row.scopes.filter((scope) => known.has(scope) && (narrow?.has(scope) ?? true));
  return {
    tokenId: row.token_id,
    principalId: row.principal_id,
    personId: row.person_id,
    name: row.name,
    kind: row.kind,
    scopes: new Set(scopes as Scope[]),
    entryIds: row.entry_ids === null ? null : new Set(row.entry_ids),
    manifestDigest: row.manifest_digest,
    mode: row.rehearsal ? 'rehearsal' : 'production',
    expiresAt: row.expires_at,
  };
}

/** A token as a stream took it up: with the entries that it was narrowed to then, and the scopes that it rests on. */
export interface StreamToken {
  readonly tokenId: string;
  readonly entryIds: ReadonlySet<string> | null;
  readonly scopes: readonly string[];
}

const ended = z.object({ place: z.string() });

/**
 * Which of these tokens are no longer valid, have lost one of their scopes or may no longer observe, or are narrowed to
 * other entries now. The feed asks for all its subscribers at once.
 */
export async function authorityEnded<Token extends StreamToken>(
  gate: DatabasePool,
  tokens: readonly Token[],
): Promise<ReadonlySet<Token>> {
  if (tokens.length === 0) return new Set();
  const asked = tokens.map(({ tokenId, entryIds, scopes }) => {
    return { tokenId, entryIds, scopes: [...new Set(['ledger:observe', ...scopes])] };
  });
  const places = await endedPlaces(gate, asked);
  return new Set(places.map((place) => tokens[place] as Token));
}

/**
 * Refuses a caller whose token is no longer what it was when the call began: for a call that does many things, before
 * each of them. Throws Forbidden.
 */
export async function refuseEnded(
  gate: DatabasePool,
  { tokenId, entryIds }: Session,
  scope: Scope,
): Promise<void> {
  const places = await endedPlaces(gate, [{ tokenId, entryIds, scopes: [scope] }]);
  if (places.length === 0) return;
  throw new Forbidden(
    `This token was revoked, has expired or lost the scope ${scope} while the call ran. Repeat it with another.`,
  );
}

/** The places of the tokens in the list that have ended in one of these ways. */
async function endedPlaces(gate: DatabasePool, tokens: readonly StreamToken[]): Promise<number[]> {
  const tokenIds = tokens.map(({ tokenId }) => tokenId);
  const narrowings = tokens.map(({ entryIds }) =>
    entryIds === null ? null : [...entryIds].sort().join(' '),
  );
  const scopes = tokens.map((token) => token.scopes.join(' '));
  const rows = await gate.any(sql.prepared('auth_ended', ended)`/* auth.ended */
    select asked.place::text
      from unnest(${sql.array(tokenIds, 'uuid')}, ${sql.array(narrowings, 'text')}, ${sql.array(scopes, 'text')})
        with ordinality as asked (token_id, narrowing, scopes, place)
      left join cutter_auth.token t on t.token_id = asked.token_id
      left join cutter_auth.principal p on p.principal_id = t.principal_id
      left join lateral (
        select cutter_auth.reached_entries(t.entry_ids, t.doc_codes) as entry_ids) reached on true
     where p.principal_id is null or p.disabled_at is not null or t.revoked_at is not null or t.expires_at <= now()
        or not string_to_array(asked.scopes, ' ') <@ p.scopes
        or not string_to_array(asked.scopes, ' ') <@ coalesce(t.scopes, p.scopes)
        or case when reached.entry_ids is not null then coalesce(
             (select string_agg(distinct entry::text, ' ' order by entry::text)
                from unnest(reached.entry_ids) as entry), '') end
           is distinct from asked.narrowing`);
  return rows.map((row) => Number(row.place) - 1);
}
