import { KINDS } from './kinds.ts';

/** What vouches for a column, and so names a change of it. */
export const VOUCHERS = {
  record: "the digest of the row in the log's record of it",
  hash: "the record's hash, which is a leaf of the tree",
  tree: "the log's hashes, folded again",
  log: 'the positions and the records of the log',
  history: 'the history, counted again',
  version: 'the newest version of the row, which its record vouches for',
  program: 'the list of words that the program comes with',
  signature: "a lane's or a witness's signature",
  nothing: 'nothing: no judgement rests on it',
  owner: 'nothing: it is the owner’s word for who may do what, or of which database this is',
} as const;
type Voucher = keyof typeof VOUCHERS;

export interface ScopedColumn {
  /** With its schema. */
  readonly table: string;
  readonly column: string;
  readonly voucher: Voucher;
}

const of = (table: string, columns: Readonly<Record<string, Voucher>>): ScopedColumn[] =>
  Object.entries(columns).map(([column, voucher]) => ({ table, column, voucher }));
const all = (table: string, voucher: Voucher, columns: string): ScopedColumn[] =>
  columns.split(' ').map((column) => ({ table, column, voucher }));

const AUDIT_COLUMNS =
  'audit_id at operation outcome refusal guard principal_id token_id entry_id request_id duration_ms address client ' +
  'arguments calls';

/** Every column of every table of the ledger's schemas, with what vouches for it. */
export const SCOPE: readonly ScopedColumn[] = [
  ...KINDS.flatMap(({ table, columns }) =>
    columns.map((column) => ({ table, column, voucher: 'record' }) as const),
  ),
  ...all('cutter_log.log', 'hash', 'position record_id record_hash row_ids'),
  ...all('cutter_log.record_part', 'hash', 'record_id part body'),
  // The order in which waiting records get their positions. Until they have them, nobody has seen it.
  ...of('cutter_log.pending', { seq: 'nothing', record_id: 'hash', record_hash: 'hash', row_ids: 'hash' }),
  ...all('cutter_log.row_place', 'log', 'noun position ordinal row_id'),
  ...all('cutter_log.act', 'log', 'position record_id at principal_id operation'),
  ...all('cutter_log.counted', 'history', 'singleton next_position'),
  ...all(
    'cutter_log.entry_stay',
    'history',
    'position ordinal entry_id kind came_from status change_kind since phase waited_us until_position',
  ),
  ...all('cutter_log.status_count', 'history', 'status kind entries'),
  ...all('cutter_log.moves_by_hour', 'history', 'hour change_kind moves'),
  ...all('cutter_log.waits_by_hour', 'history', 'hour phase bucket waits'),
  ...of('cutter_log.head', { singleton: 'log', next_position: 'log', incarnation: 'log' }),
  ...all('cutter_log.node', 'tree', 'level idx hash'),
  // The lanes verify each size that they are asked to sign.
  ...of('cutter_log.tree_head', {
    singleton: 'tree',
    size: 'tree',
    checkpoint_size: 'nothing',
    proposed_at: 'nothing',
  }),
  ...all('cutter_log.cosignature', 'signature', 'lane size root signature key_id origin'),
  ...of('cutter_log.cosignature', { signed_at: 'nothing' }),
  ...all(
    'cutter_log.witness_cosignature',
    'signature',
    'size origin name key_hash public_key witnessed_at signature',
  ),
  ...of('cutter_log.suspension', { incarnation: 'log' }),
  ...all('cutter_log.suspension', 'nothing', 'reason cause seen_size seen_root noticed_by noticed_at'),
  ...all(
    'cutter_log.resumption',
    'signature',
    'incarnation lane position root next_incarnation key_id envelope',
  ),
  ...of('cutter_log.resumption', { signed_at: 'nothing' }),
  ...all('cutter_source.vocabulary', 'program', 'term_kind term description at_most'),
  ...all('cutter_auth.principal', 'version', 'name scopes disabled_at'),
  ...all('cutter_auth.token', 'version', 'scopes entry_ids doc_codes manifest_digest expires_at revoked_at'),
  // `token_print` follows from it.
  ...all('cutter_auth.token', 'record', 'token_sha256'),
  ...all('cutter_auth.token_use', 'nothing', 'token_id last_used_at'),
  // The columns of its months are these.
  ...all('cutter_auth.audit', 'nothing', AUDIT_COLUMNS),
  ...all('cutter_meta.migration', 'owner', 'ordinal name checksum applied_at public_kept'),
  ...all(
    'cutter_meta.place',
    'owner',
    'incarnation system_identifier database_oid machine data_directory noted_at',
  ),
];
