import { describeNoun } from '../noun.ts';
import { toMany } from '../relation.ts';

/** Who answers for principals. */
export const PersonNoun = describeNoun({
  name: 'Person',
  view: '(select h.person_id, h.name from cutter_auth.person h)',
  columns: { personId: 'uuid', name: 'text' },
  key: ['person_id'],
  seat: { of: null, by: 'person_id', within: ['person_id'] },
  indexed: ['person_id'],
  relations: { principals: { ...toMany('Principal', ['person_id', 'person_id']), isScoped: true } },
});
