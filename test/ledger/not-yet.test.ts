import { expect, test } from 'vitest';
import type { EntryState } from '../../src/law/states.ts';
import type { EntryKind } from '../../src/law/values.ts';
import { notYet } from '../../src/ledger/not-yet.ts';

function saidOf(
  status: EntryState,
  verb: 'review' | 'cut',
  more: { kind?: EntryKind; notBefore?: string; holds?: boolean } = {},
) {
  const { kind = 'cut_request', notBefore = null, holds = true } = more;
  const before: readonly EntryState[] =
    verb === 'cut' ? ['reviewed_approved'] : ['review_pending', 'reviewed_approved'];
  const said = notYet({ entryId: 'e', status, kind, notBefore }, verb, before, holds);
  return { message: said.message, retryable: said.retryable, problems: said.problems };
}

test('an entry that is no request to cut is never reviewed or cut', () => {
  for (const kind of ['escalation', 'lifecycle'] as const) {
    const { message, retryable } = saidOf('marked', 'cut', { kind });
    expect(message).toMatch(new RegExp(`of kind ${kind}.*abandon`));
    expect(retryable).toBe(false);
  }
  expect(saidOf('marked', 'cut').message).not.toContain('of kind');
});

test.each([
  ['marked', 'review', 'after a sweep by'],
  ['marked', 'cut', 'after a sweep and an approving review by'],
  ['review_pending', 'cut', 'after an approving review by'],
  ['reviewed_deferred', 'cut', 'after a sweep and an approving review by'],
] as const)('%s can still come to a %s', (status, verb, way) => {
  const { message, retryable } = saidOf(status, verb);
  expect(message).toContain(`is ${status}; ${verb} needs it to be`);
  expect(message).toContain(way);
  expect(retryable).toBe(true);
});

test('a deferred entry comes to it at a time, and no other entry does', () => {
  const notBefore = '2100-01-01T00:00:00Z';
  expect(saidOf('reviewed_deferred', 'review', { notBefore }).message).toContain(
    `, not before ${notBefore},`,
  );
  expect(saidOf('reviewed_deferred', 'cut', { notBefore }).problems).toMatchObject([
    { entryId: 'e', notBefore },
  ]);
  expect(saidOf('marked', 'review', { notBefore }).message).not.toContain(notBefore);
  expect(saidOf('reviewed_deferred', 'review').message).not.toContain('not before');
});

test.each(['reviewed_rejected', 'abandoned', 'verified_complete', 'verify_failed_escalated'] as const)(
  '%s comes to nothing more',
  (status) => {
    for (const verb of ['review', 'cut'] as const) {
      expect(saidOf(status, verb).message).toContain("can't get there any more");
      expect(saidOf(status, verb).retryable).toBe(false);
    }
  },
);

test('a call that names another plan than the current one is not worth repeating', () => {
  const { message, retryable } = saidOf('marked', 'cut', { holds: false });
  expect(message).toContain('would be refused then, too');
  expect(retryable).toBe(false);
});
