import type { Reset } from './history-message.ts';

/** Whenever it is in doubt that nothing was missed, or that the caller may see more, the stream says why and ends. */
export const RESETS = {
  unknown: reset('CURSOR_UNKNOWN', 'This cursor is not known here. Subscribe from the start, or from now.'),
  incarnation: reset(
    'INCARNATION_CHANGED',
    'The database was restored or replaced since this cursor was drawn. Read the state anew and subscribe again.',
  ),
  suspended: reset(
    'INCARNATION_CHANGED',
    'The database was set back, or is a copy of another. The ledger shows nothing of it until both lanes have accepted where it resumes ("cutter resume"). Then read the state and subscribe again.',
  ),
  lost: reset(
    'LISTENER_LOST',
    'The ledger could not be followed for a while. Subscribe again with the last cursor.',
  ),
  closing: reset('LISTENER_LOST', 'The server is closing. Subscribe again with the last cursor.'),
  broken: reset(
    'LOG_BROKEN',
    'The log has a hole here: it was altered. Nothing is sent past it; whoever keeps the ledger has to look ("cutter fsck").',
  ),
  authority: reset(
    'AUTHORITY_ENDED',
    'The token behind this subscription has expired, was revoked, or holds less or other authority now.',
  ),
} as const;

function reset(reason: Reset['reason'], message: string): Reset {
  return { type: 'Reset', reason, message };
}
