import { type DatabasePool, sql } from 'slonik';
import { z } from 'zod';
import { SCOPES, type Scope } from '../auth/authority.ts';
import { LANES, type Mode, PRINCIPAL_KINDS } from '../law/values.ts';

const scope = z.enum(SCOPES);
/** A later version may know more scopes than this one. */
const knownScopes = z
  .array(z.string())
  .transform((all) => all.filter((one): one is Scope => scope.safeParse(one).success));

const principalRow = z.object({
  principal_id: z.string(),
  name: z.string(),
  kind: z.enum(PRINCIPAL_KINDS),
  person_id: z.string(),
  person_name: z.string(),
  scopes: knownScopes,
  lane: z.enum(LANES).nullable(),
  tokens: z.array(
    z.object({
      scopes: knownScopes.nullable(),
      entry_ids: z.array(z.string()).nullable(),
      doc_codes: z.array(z.string()).nullable(),
      manifest_digest: z.string().nullable(),
    }),
  ),
});
/** A principal that isn't suspended, with what each of its valid tokens is narrowed to. */
export type StandingPrincipal = z.infer<typeof principalRow>;
/** What a token is narrowed to. */
export type TokenBounds = StandingPrincipal['tokens'][number];

/** The principals of a mode that aren't suspended, by name, as cutter_evidence. */
export function readPrincipals(
  evidence: Pick<DatabasePool, 'any'>,
  mode: Mode,
): Promise<readonly StandingPrincipal[]> {
  return evidence.any(sql.prepared('readiness.principals', principalRow)`
    /* readiness.principals */ select p.principal_id, p.name, p.kind, p.person_id, h.name as person_name, p.scopes,
      p.lane, (select coalesce(json_agg(json_build_object('scopes', t.scopes, 'entry_ids', t.entry_ids,
          'doc_codes', t.doc_codes, 'manifest_digest', t.manifest_digest) order by t.created_at, t.token_id), '[]')
        from cutter_auth.token t
        where t.principal_id = p.principal_id and t.revoked_at is null and t.expires_at > now()) as tokens
    from cutter_auth.principal p join cutter_auth.person h using (person_id)
    where p.disabled_at is null and p.rehearsal = ${mode === 'rehearsal'}
    order by p.name, p.principal_id`);
}
