import type { Reset } from './history-message.ts';

/** If something may have been missed, or the caller may see no more, the stream says why and ends. */
export const RESETS = {
  unknown: resetMessage(
    'CURSOR_UNKNOWN',
    'This cursor is unknown here. Subscribe from the start, or from now.',
  ),
  incarnation: resetMessage(
    'INCARNATION_CHANGED',
    'The database was restored or replaced since this cursor was issued. Read the state and subscribe again.',
  ),
  suspended: resetMessage(
    'INCARNATION_CHANGED',
    'The database was set back, or is a copy of another. The ledger shows nothing of it until both lanes ' +
      'have accepted where it resumes ("cutter resume"). Then read the state and subscribe again.',
  ),
  lost: resetMessage(
    'LISTENER_LOST',
    'The ledger could not be followed for a while. Subscribe again with the last cursor.',
  ),
  closing: resetMessage('LISTENER_LOST', 'The server is closing. Subscribe again with the last cursor.'),
  broken: resetMessage(
    'LOG_BROKEN',
    "The log has a hole here: it was altered. Nothing is sent past it. The ledger's operator has to " +
      'check it ("cutter fsck").',
  ),
  authority: resetMessage(
    'AUTHORITY_ENDED',
    'The token of this subscription has expired, was revoked, or now has less or other authority.',
  ),
} as const;

function resetMessage(reason: Reset['reason'], message: string): Reset {
  return { type: 'Reset', reason, message };
}
