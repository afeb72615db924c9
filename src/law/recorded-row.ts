import { canonicalJson } from '../proof/canonical.ts';
import { fingerprintOf, rowDigestOf, type WrittenRow } from './record.ts';

/** A row as its record vouches for it. */
export interface RecordedRow {
  readonly table: string;
  readonly id: string;
  readonly op: 'insert' | 'update';
  readonly columns: readonly string[];
  readonly digest: string;
  /** One for each of `columns`. */
  readonly fingerprints: readonly string[];
}

/**
 * The columns in which a row differs from what its record vouches for: none where it is unaltered, `null` where it is
 * altered in a way that no fingerprint names (other columns, or a fingerprint that agrees by chance).
 */
export function alteredColumns(recorded: RecordedRow, row: WrittenRow): readonly string[] | null {
  if (rowDigestOf(row) === recorded.digest) return [];
  const named = recorded.columns.filter((column, at) => {
    const value = row.columns[column];
    return value === undefined || fingerprintOf(canonicalJson(value)) !== recorded.fingerprints[at];
  });
  return named.length === 0 ? null : named;
}
