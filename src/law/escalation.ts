/** What a failed verification opens: an entry of kind `escalation`, which a person ends. */

/** How long an escalation may wait for somebody to take it. After that it is overdue. */
export const ESCALATION_DUE_HOURS = 72;

/** The signal of the escalation of a change set that failed its verification. */
export function escalationSignal(changeSetId: string): string {
  return `verify:fail ${changeSetId}`;
}
