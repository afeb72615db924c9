import { AFFECTED_ROW, CHANGE_SET } from '../ledger/tables/change-set.ts';
import { COMMENT_RESOLUTION, REVIEW_COMMENT } from '../ledger/tables/comment.ts';
import { APPROVAL_KEY, CUT_APPROVAL } from '../ledger/tables/cut-approval.ts';
import { DEPENDENCY } from '../ledger/tables/dependency.ts';
import { ENTRY } from '../ledger/tables/entry.ts';
import { HISTORY } from '../ledger/tables/history.ts';
import { KEY } from '../ledger/tables/key.ts';
import { MANIFEST_ENVELOPE, MANIFEST_UNIT_BLOCK } from '../ledger/tables/manifest.ts';
import { PERSON, PRINCIPAL, PRINCIPAL_VERSION, TOKEN, TOKEN_VERSION } from '../ledger/tables/party.ts';
import { PROFILE, REGISTERED_TERM } from '../ledger/tables/registry.ts';
import { REVIEW_DECISION } from '../ledger/tables/review-decision.ts';
import { RULES } from '../ledger/tables/rules.ts';
import { SIGNATURE } from '../ledger/tables/signature.ts';
import { SOURCE } from '../ledger/tables/source.ts';
import { SWEEP_LOG } from '../ledger/tables/sweep-log.ts';
import { bareKind, type Columns, defineTable, type Table } from '../ledger/tables/table.ts';
import { INFORMATION_UNIT, UNIT_VERSION } from '../ledger/tables/unit.ts';
import { VERIFY_RESULT } from '../ledger/tables/verify-result.ts';

/** 12 · canonical_address_alias: nothing writes it yet, so each of its rows was inserted by other means. */
const ALIAS = defineTable('cutter_governance.canonical_address_alias', ['alias_id'], {
  alias_id: 'uuid',
  target_unit_id: 'uuid',
  alias_text: 'text',
  alias_kind: 'text',
  valid_from: 'now',
  valid_until: 'timestamptz?',
  created_by: 'text',
  rationale: 'text?',
  scenario_ref: 'text?',
});

/** A table as the log's records name it, and as it is read back. */
export interface Kind {
  /** Its place among `KINDS`. */
  readonly index: number;
  /** With its schema. */
  readonly table: string;
  /** As records name it. */
  readonly recorded: string;
  readonly key: readonly string[];
  /** In the records' order: by code units. */
  readonly columns: readonly string[];
  /** How each column is written, whether or not it may be null. */
  readonly types: Readonly<Record<string, string>>;
  /** Columns that a later migration added: a record has them only where they hold a value. */
  readonly added: ReadonlySet<string>;
  /** Columns that change after birth, with their value at birth as SQL. */
  readonly atBirth: Readonly<Record<string, string>>;
  /** The column that holds the time of the writing transaction, if there is one. */
  readonly time: string | null;
}

/**
 * A unit was born with the anchors of its first version, where there are later ones. Otherwise its anchors are those of
 * its birth, and the digest of its birth vouches for them.
 */
const AT_BIRTH: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  [ENTRY.name]: { status: `'marked'::text` },
  [REVIEW_DECISION.name]: { superseded_by_review_decision_id: 'null::uuid' },
  [KEY.name]: { until_position: 'null::bigint' },
  [CUT_APPROVAL.name]: {
    used_by_change_set_id: 'null::uuid',
    revocation_id: 'null::uuid',
    revoked_by: 'null::text',
    revoked_at: 'null::timestamptz',
    revocation_reason: 'null::text',
  },
  [INFORMATION_UNIT.name]: {
    content_anchor_ref: 'coalesce(m.first::text, r.content_anchor_ref)',
    version_anchor_ref: 'coalesce(m.first, r.version_anchor_ref)',
  },
};

/** Every table whose rows the log vouches for. */
export const KINDS: readonly Kind[] = [
  ENTRY,
  HISTORY,
  DEPENDENCY,
  SWEEP_LOG,
  MANIFEST_ENVELOPE,
  MANIFEST_UNIT_BLOCK,
  REVIEW_DECISION,
  CHANGE_SET,
  AFFECTED_ROW,
  SIGNATURE,
  VERIFY_RESULT,
  ALIAS,
  INFORMATION_UNIT,
  UNIT_VERSION,
  SOURCE,
  KEY,
  REGISTERED_TERM,
  PROFILE,
  REVIEW_COMMENT,
  COMMENT_RESOLUTION,
  PERSON,
  PRINCIPAL,
  PRINCIPAL_VERSION,
  TOKEN,
  TOKEN_VERSION,
  RULES,
  APPROVAL_KEY,
  CUT_APPROVAL,
].map((table, index) => kindOf(table, index));
const BY_RECORDED = new Map(KINDS.map((kind) => [kind.recorded, kind]));

export function kindNamed(recorded: string): Kind | undefined {
  return BY_RECORDED.get(recorded);
}

export function kindOfTable(table: { readonly name: string }): Kind {
  return KINDS.find((kind) => kind.table === table.name) as Kind;
}

function kindOf(
  table: Pick<Table<Columns>, 'name' | 'key' | 'columns' | 'added' | 'derived'>,
  index: number,
): Kind {
  return {
    index,
    table: table.name,
    recorded: table.name.replace('cutter_governance.', ''),
    key: table.key,
    columns: Object.keys(table.columns)
      .filter((column) => !table.derived.includes(column))
      .sort(),
    types: Object.fromEntries(
      Object.entries(table.columns).map(([column, kind]) => [column, bareKind(kind)]),
    ),
    added: new Set(table.added),
    atBirth: AT_BIRTH[table.name] ?? {},
    time: Object.entries(table.columns).find(([, type]) => type === 'now')?.[0] ?? null,
  };
}

/** Whether rows are found by the bits of their id in the sketch: it holds a UUID whole, and a hash of any other key. */
export function isKeyedByUuid({ key, types }: Kind): boolean {
  return key.length === 1 && types[key[0] as string] === 'uuid';
}
