import { type FragmentSqlToken, sql } from 'slonik';
import { z } from 'zod';
import type { SignedSanction } from '../../law/sanction/sanction.ts';
import { PRINCIPAL_KINDS } from '../../law/values.ts';
import { sqlFragment } from '../../text/sql-fragment.ts';
import { timeTextSql } from '../../text/time-sql.ts';

/** Taken by the id of an entry by who approves its cut or revokes that, and by the cut, before they look. */
export function lockSanction(id: string | FragmentSqlToken): FragmentSqlToken {
  return sql.fragment`pg_advisory_xact_lock(hashtextextended('cutter:sanction:' || ${id}::text, 0))`;
}

export const signedSanction: z.ZodType<SignedSanction> = z.object({
  id: z.string(),
  entryId: z.string(),
  manifestDigest: z.string(),
  sourceDigest: z.string(),
  unitCount: z.int(),
  effectDigest: z.string(),
  target: z.string(),
  vocabularyDigest: z.string(),
  schemaDigest: z.string(),
  writerDigest: z.string(),
  by: z.string(),
  person: z.string().nullable(),
  kind: z.enum(PRINCIPAL_KINDS).nullable(),
  acts: z.boolean(),
  grants: z.boolean(),
  keyId: z.string(),
  publicKey: z.string().nullable(),
  envelope: z.unknown(),
  expiresAt: z.string(),
  usedBy: z.string().nullable(),
  revokedAt: z.string().nullable(),
});

/** An approval aliased `a`, and its approver aliased `p` as that is now. */
const SEEN = `'id', a.approval_id, 'entryId', a.entry_id, 'manifestDigest', a.manifest_digest,
  'sourceDigest', a.source_digest, 'unitCount', a.unit_count, 'effectDigest', a.effect_digest,
  'target', a.target,
  'vocabularyDigest', a.vocabulary_digest, 'schemaDigest', a.schema_digest, 'writerDigest', a.writer_digest,
  'by', a.approved_by, 'person', p.person_id, 'kind', p.kind,
  'acts', p.principal_id is not null and p.disabled_at is null,
  'grants', coalesce(p.scopes @> array['approval:grant'], false), 'keyId', a.key_id,
  'approvedAt', ${timeTextSql('a.approved_at')}, 'expiresAt', ${timeTextSql('a.expires_at')},
  'usedBy', a.used_by_change_set_id,
  'revokedAt', ${timeTextSql('a.revoked_at')}`;

/** The newest approval of the cut of an entry, whose id is given as SQL, as a JSON object or null. */
export function sanctionSql(entryId: string): string {
  return newestOf(SEEN, `n.entry_id = ${entryId}`);
}

const KEY = `(select translate(encode(k.public_key, 'base64'), E'\\n', '') from cutter_auth.approval_key k
  where k.key_id = a.key_id and k.principal_id::text = a.approved_by)`;
const SIGNED = `${SEEN}, 'publicKey', ${KEY}, 'envelope', a.envelope`;

/** The approval that a cut used, with its signature: the id of its change set is given as SQL. */
export function usedSanctionSql(changeSetId: string): string {
  return newestOf(SIGNED, `n.used_by_change_set_id = ${changeSetId}`);
}

/** The newest approval with its signature, in a statement of a login that may read keys. */
export function signedSanctionOf(entryId: FragmentSqlToken): FragmentSqlToken {
  const [before, after] = newestOf(SIGNED, 'n.entry_id = \0').split('\0');
  return sql.fragment`${sqlFragment(before as string)}${entryId}${sqlFragment(after as string)}`;
}

const newestOf = (members: string, where: string) => `(select json_build_object(${members})
  from (select n.* from cutter_auth.cut_approval n where ${where}
    order by n.approved_at desc, n.approval_id desc limit 1) a
  left join cutter_auth.principal p on p.principal_id::text = a.approved_by)`;

/** What a cut writes to: the ledger in this incarnation, and the document. */
export function targetOf(incarnation: string, docCode: string | null): string {
  return `${incarnation}/${docCode ?? 'none'}`;
}

/** The incarnation of the ledger. */
export const INCARNATION = sql.fragment`(select h.incarnation::text from cutter_log.head h)`;
