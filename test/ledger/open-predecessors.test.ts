import { expect, test } from 'vitest';
import { DependencyOpen } from '../../src/law/refusals.ts';
import type { EntryState } from '../../src/law/states.ts';
import type { EntryKind } from '../../src/law/values.ts';
import { refuseOpen } from '../../src/ledger/open-predecessors.ts';

const standing = (id: string, status: EntryState, kind: EntryKind = 'cut_request') => ({ id, status, kind });

type Refused = Parameters<typeof refuseOpen>;

function refusalOf(open: Refused[1], unverified: Refused[2]): DependencyOpen {
  try {
    refuseOpen('e', open, unverified);
  } catch (error) {
    if (error instanceof DependencyOpen) return error;
  }
  throw new Error('Nothing was refused.');
}

test('lets an entry pass that nothing stands before', () => {
  expect(() => refuseOpen('e', [], [])).not.toThrow();
});

test('says how many other reasons there are, if there are any', () => {
  const waiting = { ...standing('p', 'marked'), last: [] };
  expect(refusalOf([waiting], []).message).not.toContain('other reasons');
  expect(refusalOf([], ['u']).message).toContain('entry u');
  expect(refusalOf([waiting], ['u']).message).toContain('The other reasons (1) are listed.');
  const three = refusalOf([waiting, waiting], ['u']);
  expect(three.message).toContain('The other reasons (2) are listed.');
  expect(three.problems.map(({ code }) => code)).toEqual([
    'predecessor-open',
    'predecessor-open',
    'document-unverified',
  ]);
});

test.each([
  [
    'a predecessor that goes on',
    { ...standing('p', 'marked'), last: [] },
    'p, which is marked; this call can',
  ],
  [
    'one that waits for its verification',
    { ...standing('p', 'cut_applied'), last: [] },
    'once that is verified_complete by a verifier.',
  ],
  [
    'one that is never cut',
    { ...standing('p', 'marked', 'escalation'), last: [] },
    'entries of kind escalation are never cut',
  ],
  [
    'a successor that goes on',
    { ...standing('p', 'abandoned'), last: [standing('r', 'abandoned'), standing('s', 'marked')] },
    'its successor is entry s, which is marked; this call can',
  ],
  [
    'one whose successor is the entry itself',
    { ...standing('p', 'abandoned'), last: [standing('e', 'reviewed_approved')] },
    "its successor is this entry, which can't wait for itself; a reviewer can declare a successor of entry p",
  ],
  [
    'one that ended, with no successor',
    { ...standing('p', 'abandoned'), last: [standing('p', 'abandoned')] },
    'has no successor that could be complete; a reviewer can declare a successor of entry p',
  ],
  [
    'one that ended before successors were looked for',
    { ...standing('p', 'reviewed_rejected'), last: [] },
    'a reviewer can declare a successor of entry p',
  ],
  [
    'a successor that ended, too',
    { ...standing('p', 'abandoned'), last: [standing('s', 'reviewed_rejected')] },
    'its successor, entry s, is reviewed_rejected and has none itself; a reviewer can declare a successor of entry s',
  ],
])('says whose act it waits for: %s', (_, open, way) => {
  expect(refusalOf([open], []).message).toContain(way);
});
