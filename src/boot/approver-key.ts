import type { ClientBase } from 'pg';
import { lockQueue } from '../keys/key-record.ts';
import { buildRecord } from '../law/record.ts';
import { OWNER_APPROVER_VERB } from '../law/record-verbs.ts';
import type { PrincipalKind } from '../law/values.ts';
import { APPROVAL_KEY } from '../ledger/tables/cut-approval.ts';
import { standingSuspension, suspendedBecause } from '../log/setback/suspension.ts';
import { keyIdOf } from '../proof/keyid.ts';
import { checkPublicKey } from '../proof/public-key.ts';
import { derivedId } from '../proof/uuid.ts';
import { handRecord, timeOfTransaction } from './hand-record.ts';

/** With which key a person approves cuts. */
export interface ApproverKey {
  /** The name of the principal. */
  readonly name: string;
  /** 32 bytes, base64. */
  readonly publicKey: string;
}

interface Approver {
  readonly principal_id: string;
  readonly kind: PrincipalKind;
  readonly rehearsal: boolean;
  readonly grants: boolean;
}

/**
 * Registers a person's own key for approvals of cuts, as the owner: one row, one record. The newest key of a principal
 * is the one that it approves with. Gives back what was done, for people.
 */
export async function addApproverKey(
  owner: ClientBase,
  { name, publicKey }: ApproverKey,
): Promise<readonly string[]> {
  const bytes = Buffer.from(publicKey, 'base64');
  if (bytes.length !== 32 || bytes.toString('base64') !== publicKey)
    throw new Error('A public key is 32 bytes in base64. "cutter key new" prints the one of a new seed.');
  const judged = checkPublicKey(bytes);
  if (!judged.ok) throw new Error(`This is no good public key: ${judged.reason}.`);
  const keyId = keyIdOf(bytes);
  await owner.query('begin isolation level read committed');
  try {
    const said = await registerKey(owner, { name, bytes, keyId });
    await owner.query('commit');
    return [said];
  } catch (error) {
    await owner.query('rollback').catch(() => {});
    throw error;
  }
}

async function registerKey(
  owner: ClientBase,
  { name, bytes, keyId }: { readonly name: string; readonly bytes: Buffer; readonly keyId: string },
): Promise<string> {
  await owner.query(
    `/* approver.lock */ select pg_advisory_xact_lock(hashtextextended('cutter:parties', 0))`,
  );
  const suspension = await standingSuspension(owner);
  if (suspension !== null) throw new Error(suspendedBecause(suspension));
  const approver = await approverNamed(owner, name);
  const { rows } = await owner.query<{ principal_id: string | null }>(
    `/* approver.known */ select principal_id from cutter_auth.approval_key where key_id = $1
    union all select null from cutter_auth.key where key_id = $1`,
    [keyId],
  );
  const [known] = rows;
  if (known?.principal_id === approver.principal_id) return `${keyId} is the key of ${name} already.`;
  if (known !== undefined)
    throw new Error(`${keyId} serves a lane or another principal; an approver has a key of its own.`);
  const at = await timeOfTransaction(owner);
  await owner.query(
    `/* approver.key */ insert into cutter_auth.approval_key (key_id, principal_id, public_key, created_at)
    values ($1, $2, $3, transaction_timestamp())`,
    [keyId, approver.principal_id, bytes],
  );
  await lockQueue(owner);
  const columns = {
    key_id: keyId,
    principal_id: approver.principal_id,
    public_key: bytes.toString('base64'),
    created_at: at,
  };
  const record = buildRecord({
    recordId: derivedId(`${OWNER_APPROVER_VERB}\0record\0${keyId}`),
    verb: OWNER_APPROVER_VERB,
    lane: null,
    principalId: null,
    personId: null,
    mode: approver.rehearsal ? 'rehearsal' : 'production',
    at,
    history: [],
    rows: [{ table: APPROVAL_KEY.name, id: keyId, op: 'insert', columns }],
    parties: [],
  });
  await handRecord(owner, record);
  return `${name} approves cuts with ${keyId}.`;
}

async function approverNamed(owner: ClientBase, name: string): Promise<Approver> {
  const { rows } = await owner.query<Approver>(
    `/* approver.named */ select principal_id, kind, rehearsal, scopes @> array['approval:grant'] as grants
    from cutter_auth.principal where name = $1 and disabled_at is null`,
    [name],
  );
  const [found] = rows;
  if (found === undefined) throw new Error(`There is no principal ${name} that may act.`);
  if (found.kind !== 'person' || !found.grants)
    throw new Error(`${name} approves no cut: that takes a person who has the scope approval:grant.`);
  return found;
}
