import { uuidIn } from './document-cuts.ts';
import { describeNoun } from './noun.ts';
import { type Relation, toOne, toOneThrough } from './relation.ts';

/** Who acts: every `…By` column holds the id of one. */
export const PrincipalNoun = describeNoun({
  name: 'Principal',
  view: `(select p.principal_id, p.kind, p.name, p.person_id, p.scopes, p.lane, h.name as person_name,
    case when p.rehearsal then 'rehearsal' else 'production' end as mode, p.disabled_at is not null as is_disabled
    from cutter_auth.principal p join cutter_auth.person h using (person_id))`,
  columns: {
    principalId: 'uuid',
    kind: 'word',
    name: 'text',
    personId: 'uuid',
    personName: 'text',
    scopes: 'words',
    lane: 'word',
    mode: 'word',
    isDisabled: 'bool',
  },
  key: ['principal_id'],
  seat: { of: null, by: 'principal_id', within: ['principal_id'] },
  indexed: ['principal_id', 'person_id'],
  sorts: { NAME: ['name', 'principal_id'] },
  relations: { person: toOne('Person', ['person_id', 'person_id']) },
  resolved: ['session'],
});

/** The principal whose id a column holds. */
export function toPrincipal(column: string): Relation {
  return toOneThrough('Principal', [], (p, row) => `${p}.principal_id = ${uuidIn(`${row}.${column}`)}`);
}
