import { randomUUID } from 'node:crypto';
import type { ClientBase } from 'pg';
import type { Scope } from '../auth/authority.ts';
import { BOOTSTRAP_LOCK } from '../database/bootstrap-lock.ts';
import { standingSuspension, suspendedBecause } from '../log/setback/suspension.ts';
import { insertToken } from './issue-tokens.ts';
import { recordParties } from './record-parties.ts';

export interface FirstAdministrator {
  /** The name of the principal, and that of the person. */
  readonly name: string;
  readonly personName: string;
}

/** What an administrator begins with: it may give itself more. */
const SCOPES: readonly Scope[] = [
  'ledger:observe',
  'ledger:evidence',
  'document:read',
  'profile:register',
  'principal:admin',
  'rules:change',
];

/**
 * Makes the first administrator of a production ledger, with a token, as the owner: one transaction, one record. Where
 * every token of an administrator has ended, it gets another one. `show` hands the token over before the ledger knows
 * it: a process that is killed in between leaves a token that opens nothing, and no administrator without one.
 */
export async function beginAdministration(
  owner: ClientBase,
  { name, personName }: FirstAdministrator,
  show: (token: string) => void,
): Promise<{ readonly principalId: string; readonly isNew: boolean }> {
  await owner.query('begin isolation level read committed');
  try {
    await owner.query(`/* init.lock */ select pg_advisory_xact_lock(${BOOTSTRAP_LOCK}),
      pg_advisory_xact_lock(hashtextextended('cutter:parties', 0))`);
    const suspension = await standingSuspension(owner);
    if (suspension !== null) throw new Error(suspendedBecause(suspension));
    await refuseWhereOneActs(owner);
    const known = await administratorNamed(owner, name);
    const personId = randomUUID();
    const principalId = known ?? randomUUID();
    if (known === null) await insertAdministrator(owner, { personId, personName, principalId, name });
    const { token, tokenId } = await insertToken(owner, principalId);
    await recordParties(owner, 'production', {
      personIds: known === null ? [personId] : [],
      principalIds: known === null ? [principalId] : [],
      tokenIds: [tokenId],
    });
    show(token);
    await owner.query('commit');
    return { principalId, isNew: known === null };
  } catch (error) {
    await owner.query('rollback').catch(() => {});
    throw error;
  }
}

/** Others are made by an administrator, whose name is in the record. */
async function refuseWhereOneActs(owner: ClientBase): Promise<void> {
  const { rows } = await owner.query<{ name: string }>(
    `/* init.acting */ select p.name from cutter_auth.principal p
    where not p.rehearsal and p.disabled_at is null and p.scopes @> array['principal:admin'] and exists (
      select from cutter_auth.token t where t.principal_id = p.principal_id and t.revoked_at is null
        and t.expires_at > now() and (t.scopes is null or t.scopes @> array['principal:admin'])
        and t.entry_ids is null and t.doc_codes is null and t.manifest_digest is null)
    order by p.created_at limit 1`,
  );
  const [acting] = rows;
  if (acting === undefined) return;
  throw new Error(
    `${acting.name} administers this ledger already and has a token. That person creates others with ` +
      '"cutter principal create", and gives them tokens with "cutter token issue". Nothing was written.',
  );
}

/** The id of the administrator with this name, whose tokens have ended; null where nobody has the name. */
async function administratorNamed(owner: ClientBase, name: string): Promise<string | null> {
  const { rows } = await owner.query<{ id: string; administers: boolean }>(
    `/* init.named */ select principal_id as id, not rehearsal and disabled_at is null
      and scopes @> array['principal:admin'] as administers
    from cutter_auth.principal where name = $1`,
    [name],
  );
  const [found] = rows;
  if (found === undefined) return null;
  if (found.administers) return found.id;
  throw new Error(
    `${name} is the name of a principal that doesn't administer this ledger. Choose another. Nothing was written.`,
  );
}

async function insertAdministrator(
  owner: ClientBase,
  made: {
    readonly personId: string;
    readonly personName: string;
    readonly principalId: string;
    readonly name: string;
  },
): Promise<void> {
  await owner.query(
    '/* init.person */ insert into cutter_auth.person (person_id, name, rehearsal) values ($1, $2, false)',
    [made.personId, made.personName],
  );
  await owner.query(
    `/* init.principal */ insert into cutter_auth.principal
      (principal_id, kind, name, person_id, scopes, lane, rehearsal) values ($1, 'person', $2, $3, $4, null, false)`,
    [made.principalId, made.name, made.personId, SCOPES],
  );
}
