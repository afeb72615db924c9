import { outageOf, outageSentence } from '../../database/outage.ts';
import { Busy, InvalidInput, PlanStale, problemAt, Refusal } from '../../law/refusals.ts';

/**
 * What the database says, translated. Everything that isn't named here is a defect: it is thrown on, logged and masked.
 *
 * 40001 and 40P01 are repeated by the envelope. 23505 on a key derived from an idempotency key means that the same call
 * committed first in another transaction: repeated too, so that the second attempt finds it and answers as a replay.
 */

interface DatabaseFault {
  readonly code?: unknown;
  readonly constraint?: unknown;
  readonly cause?: unknown;
}

function faultOf(error: unknown): { code: string | null; constraint: string | null } {
  let fault = error as DatabaseFault | undefined;
  for (let depth = 0; depth < 4 && fault !== undefined && fault !== null; depth += 1) {
    if (typeof fault.code === 'string') {
      return { code: fault.code, constraint: constraintOf(fault) };
    }
    fault = fault.cause as DatabaseFault | undefined;
  }
  return { code: null, constraint: constraintOf(error) };
}

function constraintOf(error: unknown): string | null {
  const name = (error as { constraint?: unknown } | null)?.constraint;
  return typeof name === 'string' ? name : null;
}

/** Unique keys that derive from a caller's idempotency key: a violation is a replay seen too early. */
const REPLAYED = new Set([
  'decision_backlog_entry_pkey',
  'decision_backlog_history_pkey',
  'decision_backlog_dependency_pkey',
  'manifest_envelope_pkey',
  'manifest_unit_block_pkey',
  'review_decision_pkey',
  'cut_change_set_pkey',
  'cut_change_set_idempotency_key_key',
  'cut_change_set_rollback_key_key',
  'dot_pair_signature_pkey',
  'verify_result_pkey',
  'information_unit_pkey',
  'unit_version_pkey',
  'source_pkey',
  'source_idempotency_key_key',
  'source_doc_code_sha256_key',
  'registered_term_pkey',
  'registered_term_term_kind_term_key',
  'profile_pkey',
  'profile_idempotency_key_key',
  'profile_name_version_key',
  'review_comment_pkey',
  'comment_resolution_pkey',
  // Another key resolved the comment first: the next attempt says so.
  'comment_resolution_comment_id_key',
  'person_pkey',
  'principal_pkey',
  'principal_version_pkey',
  'token_token_id_key',
  'token_version_pkey',
]);

/** Whether the error came from the database, and not from our own code over what was read. */
export function isDatabaseFault(error: unknown): boolean {
  const { code } = faultOf(error);
  return outageOf(error) !== null || (code !== null && /^([0-9A-Z]{5}|E[A-Z]{4,})$/.test(code));
}

/** Whether the same transaction may succeed when it is run again. */
export function isRetryable(error: unknown): boolean {
  const { code, constraint } = faultOf(error);
  if (code === '40001' || code === '40P01') return true;
  return code === '23505' && constraint !== null && REPLAYED.has(constraint);
}

/** The refusal that a database error means, or the error itself where it is a defect. */
export function databaseRefusal(error: unknown): unknown {
  if (error instanceof Refusal) return error;
  const { code, constraint } = faultOf(error);
  switch (code) {
    case '23505':
      return constraint !== null && isUnitKey(constraint)
        ? new PlanStale(
            'An address of this plan has its unit already, born meanwhile or by another document; ' +
              'plan and review again, with an address of its own.',
            [
              problemAt(
                ['input', 'manifestDigest'],
                'base-changed',
                'The live units changed since the plan.',
              ),
            ],
          )
        : error;
    case '22P02':
    case '22P05':
    case '22021':
    case '22001':
    case '54000':
    case '54001':
      return new InvalidInput(
        'The database can not hold a value of this input; send plain, bounded JSON and well-formed text.',
        [problemAt(['input'], 'not-storable', 'A value is malformed, too long or nested too deeply.')],
      );
    default:
      return outageRefusal(error) ?? error;
  }
}

/** The outage may end; then the same call with the same key is answered once. */
function outageRefusal(error: unknown): Busy | null {
  const outage = outageOf(error);
  return outage === null ? null : new Busy(outageSentence(outage));
}

function isUnitKey(constraint: string): boolean {
  return constraint.startsWith('information_unit_') || constraint.startsWith('unit_version_');
}
