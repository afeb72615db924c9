import { toEvidence } from './evidence.ts';
import { describeNoun } from './noun.ts';
import { toPrincipal } from './principal.ts';

export const AddressAliasNoun = describeNoun({
  name: 'AddressAlias',
  view: 'v_canonical_address_alias_observe',
  columns: {
    aliasId: 'uuid',
    targetUnitId: 'uuid',
    aliasText: 'text',
    aliasKind: 'text',
    validFrom: 'time',
    validUntil: 'time',
    createdBy: 'text',
  },
  key: ['alias_id'],
  born: ['alias_id'],
  // No record writes aliases yet: they are listed by their key.
  seat: { of: null, by: 'alias_id', within: ['alias_id'] },
  indexed: ['alias_id', 'target_unit_id', 'alias_text', 'alias_kind', 'valid_from'],
  relations: {
    evidence: toEvidence('AddressAliasEvidence'),
    createdByPrincipal: toPrincipal('created_by'),
  },
});
