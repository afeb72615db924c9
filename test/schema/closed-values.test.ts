import {
  type GraphQLEnumType,
  type GraphQLInputObjectType,
  type GraphQLObjectType,
  getNamedType,
  isEnumType,
} from 'graphql';
import { describe, expect, test } from 'vitest';
import { SCOPES } from '../../src/auth/authority.ts';
import { ENTRY_STATES } from '../../src/law/states.ts';
import * as values from '../../src/law/values.ts';
import type { NounName } from '../../src/reading/nouns/noun-name.ts';
import { NOUNS } from '../../src/reading/nouns/nouns.ts';
import { schema } from '../../src/resolvers/index.ts';

const words = (Object.keys(NOUNS) as NounName[]).flatMap((noun) =>
  [...NOUNS[noun].columns]
    .filter(([, { codec }]) => codec === 'word' || codec === 'words')
    .map(([field]) => [NOUNS[noun].type, field] as const),
);

/** The closed sets of the ledger, and what the API leaves out of each because no verb writes it. */
const SETS: Readonly<Record<string, readonly [stored: readonly string[], unwritten?: readonly string[]]>> = {
  EntryKind: [values.ENTRY_KINDS, ['lifecycle']],
  EntryStatus: [ENTRY_STATES],
  HistoryChangeKind: [values.HISTORY_CHANGE_KINDS],
  DependencyKind: [values.DEPENDENCY_KINDS],
  TriggerKind: [values.TRIGGER_KINDS],
  OperationKind: [values.OPERATION_KINDS, ['split', 'merge']],
  ManifestStatus: [values.MANIFEST_STATUSES, ['draft']],
  BlockRole: [values.BLOCK_ROLES],
  ReviewVerdict: [values.VERDICTS, ['revert']],
  RiskClass: [values.RISK_CLASSES],
  GovernanceEventKind: [values.GOVERNANCE_EVENT_KINDS],
  ReviewScope: [values.REVIEW_SCOPES, ['unit_block']],
  ReviewStatus: [values.REVIEW_STATUSES],
  ChangeSetKind: [values.CHANGE_KINDS, ['lifecycle']],
  ChangeSetState: [values.CHANGE_SET_STATES],
  EffectKind: [values.EFFECT_KINDS],
  SignatureKind: [values.SIGNATURE_KINDS],
  ValidationState: [values.VALIDATION_STATES],
  VerifyKind: [values.VERIFY_KINDS],
  VerifyState: [values.VERIFY_STATES],
  VerifyVerdict: [values.AXIS_STATUSES],
  AxisStatus: [values.AXIS_STATUSES],
  Lane: [values.LANES],
  KeyPurpose: [values.KEY_PURPOSES],
  Mode: [values.MODES],
  PrincipalKind: [values.PRINCIPAL_KINDS],
  UnitState: [values.UNIT_STATES],
  Scope: [SCOPES],
  AuditOutcome: [['accepted', 'refused', 'failed', 'unauthenticated', 'lost', 'dropped']],
};

/** The filter of a type; undefined where it is in no connection. */
function filterOf(type: string): GraphQLInputObjectType | undefined {
  return schema.getType(`${type}Filter`) as GraphQLInputObjectType | undefined;
}

describe('a closed set of the ledger', () => {
  test.each(Object.entries(SETS))('is the enum %s, word for word', (name, [stored, unwritten = []]) => {
    const type = schema.getType(name) as GraphQLEnumType;
    const named = type.getValues().map((one) => [one.name, one.value]);
    const due = stored
      .filter((word) => !unwritten.includes(word))
      .map((word) => [word.toUpperCase().replaceAll(/[:-]/g, '_'), word]);
    expect(named.toSorted()).toEqual(due.toSorted());
  });

  test.each(words)('has one type in output and filter: %s.%s', (type, field) => {
    const output = getNamedType((schema.getType(type) as GraphQLObjectType).getFields()[field]!.type);
    expect(isEnumType(output) && SETS[output.name]).toBeTruthy();
    const filter = filterOf(type)?.getFields() ?? {};
    for (const name of [field, `${field}In`])
      if (filter[name] !== undefined) expect(getNamedType(filter[name].type)).toBe(output);
  });

  test('is filtered by wherever its values differ from row to row', () => {
    const listed = words.filter(([type]) => filterOf(type) !== undefined);
    const open = listed.filter(([type, field]) => filterOf(type)?.getFields()[field] === undefined);
    const several = open.filter(([type, field]) => {
      const output = getNamedType((schema.getType(type) as GraphQLObjectType).getFields()[field]!.type);
      return (output as GraphQLEnumType).getValues().length > 1;
    });
    expect(several.map((pair) => pair.join('.')).toSorted()).toEqual([
      'History.entryVersionBefore',
      // Its value at insertion is UNDER_REVIEW in every row.
      'Manifest.status',
      'Principal.kind',
      'Principal.lane',
      'Principal.mode',
      'Principal.scopes',
    ]);
  });
});
