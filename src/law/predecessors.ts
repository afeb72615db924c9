import { type Problem, problemAt } from './refusals.ts';
import { type EntryState, isEnded } from './states.ts';
import type { EntryKind } from './values.ts';

/** An entry that another one waits for. */
export interface ListedEntry {
  readonly id: string;
  readonly status: EntryState;
  readonly kind: EntryKind;
}

/** A `blocks` predecessor that isn't complete, and the last of its successors: those that have none themselves. */
export interface OpenPredecessor extends ListedEntry {
  readonly last: readonly ListedEntry[];
}

/**
 * What has to come before the cut of an entry (G-CUT-DEPS), one problem each. The messages say whose act ends the wait.
 */
export function openProblems(
  entryId: string,
  open: readonly OpenPredecessor[],
  unverified: readonly string[],
): Problem[] {
  return [
    ...open.map((predecessor) =>
      problemAt(['input', 'entryId'], 'predecessor-open', predecessorMessage(entryId, predecessor), {
        entryId: predecessor.id,
      }),
    ),
    ...unverified.map((other) =>
      problemAt(['input', 'entryId'], 'document-unverified', unverifiedMessage(other), { entryId: other }),
    ),
  ];
}

function unverifiedMessage(entryId: string): string {
  const waiting = `Another cut of this document (entry ${entryId}) waits for its verification`;
  return `${waiting}; this call can succeed once a verifier has judged it.`;
}

function predecessorMessage(entryId: string, { last, ...predecessor }: OpenPredecessor): string {
  const blocked = `It is blocked by entry ${predecessor.id}, which is ${predecessor.status}`;
  if (!isEnded(predecessor.status)) return `${blocked}; ${waitFor(predecessor)}`;
  const going = last.find(({ id, status }) => !isEnded(status) && id !== entryId);
  if (going !== undefined)
    return `${blocked}; its successor is entry ${going.id}, which is ${going.status}; ${waitFor(going)}`;
  const end = last.find(({ id }) => id !== entryId);
  const declared = (id: string) =>
    `a reviewer can declare a successor of entry ${id} with kind SUPERSEDES, ` +
    'and this call can succeed once that is verified_complete.';
  if (last.some(({ id }) => id === entryId))
    return `${blocked}; its successor is this entry, which can't wait for itself; ${declared(predecessor.id)}`;
  if (end === undefined || end.id === predecessor.id)
    return `${blocked} and has no successor that could be complete; ${declared(predecessor.id)}`;
  return `${blocked}; its successor, entry ${end.id}, is ${end.status} and has none itself; ${declared(end.id)}`;
}

function waitFor({ kind, status }: Pick<ListedEntry, 'kind' | 'status'>): string {
  if (kind !== 'cut_request')
    return (
      `entries of kind ${kind} are never cut; abandon it, ` +
      'and let a reviewer declare its successor with kind SUPERSEDES.'
    );
  const whose = status === 'cut_applied' ? ' by a verifier' : '';
  return `this call can succeed once that is verified_complete${whose}.`;
}
