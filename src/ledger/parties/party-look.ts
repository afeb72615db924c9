import { type FragmentSqlToken, sql } from 'slonik';
import { z } from 'zod';
import { SCOPES, type Scope } from '../../auth/authority.ts';
import { hasBothSides } from '../../auth/scope-rules.ts';
import type { RecordedParty } from '../../law/record.ts';
import { IllegalTransition, NotFound, problemAt, SameParty } from '../../law/refusals.ts';
import { LANES, type Mode, PRINCIPAL_KINDS } from '../../law/values.ts';
import { AT, jsonRows } from '../envelope/reading.ts';
import type { PartyTx } from '../envelope/transaction.ts';

const scope = z.enum(SCOPES);
/** A principal as it is now. */
const principalRow = z.object({
  principal_id: z.string(),
  kind: z.enum(PRINCIPAL_KINDS),
  name: z.string(),
  person_id: z.string(),
  person_name: z.string(),
  // A later version may know more scopes than this one.
  scopes: z
    .array(z.string())
    .transform((all) => all.filter((one) => scope.safeParse(one).success) as Scope[]),
  lane: z.enum(LANES).nullable(),
  mode: z.enum(['rehearsal', 'production']),
  disabled: z.boolean(),
  /** How many versions it has. */
  versions: z.int(),
});
export type KnownPrincipal = z.infer<typeof principalRow>;

/** A change of a principal, as it is stored. */
interface StoredVersion {
  readonly principalId: string;
  readonly name: string;
  readonly scopes: readonly string[];
  readonly suspended: boolean;
  readonly reason: string | null;
  readonly by: string | null;
}

const lookRow = z.object({
  principals: z.array(principalRow),
  persons: jsonRows<{ readonly person_id: string; readonly name: string; readonly mode: Mode }>(),
  first: z.custom<StoredVersion>().nullable(),
});
export type PartyLook = z.infer<typeof lookRow>;

const lockRow = z.object({ at: z.string() });

/** One lock for all changes of parties: they are rare, and each is judged against all others. */
export async function lockParties({ connection }: Pick<PartyTx, 'connection'>): Promise<string> {
  const { at } = await connection.one(sql.prepared('parties.lock', lockRow)`
    /* parties.lock */ with one as materialized (
        select pg_advisory_xact_lock(hashtextextended('cutter:parties', 0)) as taken)
    select ${AT} as at from one`);
  return at;
}

/** Everybody, and what this call's key changed before: its version has an id that derives from the key. */
export async function lookAtParties({ connection }: PartyTx, versionId: string): Promise<PartyLook> {
  return await connection.one(sql.prepared('parties.look', lookRow)`
    /* parties.look */ select
      (select coalesce(json_agg(json_build_object('principal_id', p.principal_id, 'kind', p.kind, 'name', p.name,
          'person_id', p.person_id, 'person_name', h.name, 'scopes', p.scopes, 'lane', p.lane,
          'mode', case when p.rehearsal then 'rehearsal' else 'production' end,
          'disabled', p.disabled_at is not null, 'versions',
          (select count(*) from cutter_auth.principal_version v where v.principal_id = p.principal_id))), '[]')
        from cutter_auth.principal p join cutter_auth.person h using (person_id)) as principals,
      (select coalesce(json_agg(json_build_object('person_id', h.person_id, 'name', h.name,
          'mode', case when h.rehearsal then 'rehearsal' else 'production' end)), '[]')
        from cutter_auth.person h) as persons,
      (select json_build_object('principalId', v.principal_id, 'name', v.name, 'scopes', v.scopes,
          'suspended', v.suspended, 'reason', v.reason, 'by', v.changed_by)
        from cutter_auth.principal_version v where v.version_id = ${versionId}::uuid) as first`);
}

/** The principal with this id, of the caller's mode: sample persons and real ones never meet. */
export function principalIn(look: PartyLook, principalId: string, mode: Mode): KnownPrincipal {
  const found = look.principals.find((one) => one.principal_id === principalId && one.mode === mode);
  if (found !== undefined) return found;
  const message = `There is no principal ${principalId} here. The query "principals" lists them.`;
  throw new NotFound(message, [problemAt(['input', 'principalId'], 'not-found', message)]);
}

/** One person never has both sides of a cut, through however many principals. */
export function refuseBothSides(
  look: PartyLook,
  wanted: { readonly principalId: string; readonly personId: string; readonly scopes: readonly Scope[] },
): void {
  const other = look.principals.find(
    (one) =>
      one.person_id === wanted.personId &&
      one.principal_id !== wanted.principalId &&
      !one.disabled &&
      hasBothSides([...one.scopes, ...wanted.scopes]) &&
      !hasBothSides(one.scopes),
  );
  if (other === undefined) return;
  const message =
    `${other.person_name} answers for ${other.name}, which has the other of change:cut and change:verify. ` +
    'Let another person answer for this one, or suspend the other first.';
  throw new SameParty(message, [problemAt(['input', 'scopes'], 'both-sides-of-person', message)]);
}

/** Refuses to end the last one who may administer. */
export function refuseLastAdministrator(look: PartyLook, principal: KnownPrincipal): void {
  if (principal.disabled || !principal.scopes.includes('principal:admin')) return;
  const others = look.principals.filter(
    (one) =>
      one.principal_id !== principal.principal_id &&
      one.mode === principal.mode &&
      !one.disabled &&
      one.scopes.includes('principal:admin'),
  );
  if (others.length > 0) return;
  const message =
    `${principal.name} is the last principal with principal:admin. ` +
    'Give that scope to another person first.';
  throw new IllegalTransition(message, [problemAt(['input', 'principalId'], 'last-administrator', message)]);
}

/** What a record says of a principal as it is from then on. */
export function recordedParty(
  principal: Pick<KnownPrincipal, 'principal_id' | 'person_id' | 'kind' | 'lane'>,
  scopes: readonly string[],
  suspended: boolean,
): RecordedParty {
  return {
    principalId: principal.principal_id,
    personId: principal.person_id,
    kind: principal.kind,
    scopes: scopes.toSorted(),
    lane: principal.lane,
    suspended,
  };
}

/** A list of texts as SQL binds it for an array column; null stays null. */
export function boundList(list: readonly string[] | null, type: 'text' | 'uuid'): FragmentSqlToken {
  return list === null ? sql.fragment`null` : sql.fragment`${sql.array([...list], type)}`;
}
