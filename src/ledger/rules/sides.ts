import { type FragmentSqlToken, sql } from 'slonik';
import { z } from 'zod';
import {
  type EarlierParties,
  type Party,
  type SeparateDeed,
  separationProblem,
  sharedParties,
} from '../../law/parties.ts';
import { SameParty } from '../../law/refusals.ts';
import type { NumberedRules } from '../../law/rules/rules.ts';

export const party = z.object({ principal: z.string(), person: z.string().nullable() });

/** Who did what to an entry until now. */
export const sidesRow = z.object({
  marked: party.nullable(),
  /** Who registered the bytes first. A later caller with the same bytes got that source and isn't recorded. */
  registered: party.nullable(),
  reviewed: z.array(party),
});

/** The sides of an entry aliased `e`, whose source is aliased `s`, as a JSON object. */
export const SIDES_OF_ENTRY: FragmentSqlToken = sql.fragment`json_build_object(
  'marked', (select json_build_object('principal', h.changed_by, 'person', p.person_id)
    from cutter_governance.decision_backlog_history h
    left join cutter_auth.principal p on p.principal_id::text = h.changed_by
    where h.entry_id = e.entry_id and h.change_kind = 'mark' limit 1),
  'registered', (select json_build_object('principal', s.registered_by, 'person', p.person_id) from (select 1) registrar
    left join cutter_auth.principal p on p.principal_id::text = s.registered_by
    where s.source_id is not null),
  'reviewed', (select coalesce(json_agg(json_build_object('principal', r.changed_by, 'person', p.person_id)), '[]')
    from (select distinct h.changed_by from cutter_governance.decision_backlog_history h
      where h.entry_id = e.entry_id and h.change_kind like 'review:%') r
    left join cutter_auth.principal p on p.principal_id::text = r.changed_by))`;

/** Refuses a caller who is on another side of the entry, if the rules keep the two apart. */
export function refuseOtherSide(
  deed: SeparateDeed,
  caller: Party,
  earlier: EarlierParties,
  { version, rules }: NumberedRules,
  at: {
    readonly path: readonly string[];
    readonly subject: { readonly entryId?: string; readonly changeSetId?: string };
  },
): void {
  const problems = sharedParties(deed, caller, earlier, rules).map((shared) =>
    separationProblem(shared, version, at.path, at.subject),
  );
  const [first] = problems;
  if (first === undefined) return;
  throw new SameParty(first.message, problems, deed === 'verified' ? 'G-VERIFY-SOD' : null);
}
