import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  APPROVAL_FAULTS,
  type ApprovalFault,
  approvalFaults,
  type CutToApprove,
  type SeenApproval,
} from '../../src/law/approval.ts';

const BEFORE = '2026-03-01T09:29:59.999999Z';
const AT = '2026-03-01T09:30:00.000000Z';
const AFTER = '2026-03-01T09:30:00.000001Z';
const CUT = { entryId: 'e', manifestId: 'm', manifestDigest: 'sha256:1', at: AT, position: 7 };
const GOOD: Required<SeenApproval> = {
  verdict: 'approve',
  manifestId: 'm',
  manifestDigest: 'sha256:1',
  entryId: 'e',
  unitLocalId: null,
  isSuperseded: false,
  expiresAt: null,
  notBefore: null,
  position: 5,
};

describe('an approval is in force', () => {
  test.each<[string, Partial<SeenApproval>, ApprovalFault | null]>([
    ['as it was given', {}, null],
    ['until it expires', { expiresAt: AFTER }, null],
    ['no more at the time when it expires', { expiresAt: AT }, 'expired'],
    ['no more after it expired', { expiresAt: BEFORE }, 'expired'],
    ['from its time on', { notBefore: AT }, null],
    ['not before its time', { notBefore: AFTER }, 'early'],
    ['where it approves: not a rejection', { verdict: 'reject' }, 'not-approving'],
    ['where it approves: not a deferral', { verdict: 'defer' }, 'not-approving'],
    ['where it approves: not a word that nobody knows', { verdict: 'Approve' }, 'not-approving'],
    ['for its own entry', { entryId: 'f' }, 'other-entry'],
    ['for its own manifest', { manifestId: 'n' }, 'other-manifest'],
    ['for exactly one digest', { manifestDigest: 'sha256:2' }, 'other-manifest'],
    ['for the manifest as a whole', { unitLocalId: 'u1' }, 'partial'],
    ['until another supersedes it', { isSuperseded: true }, 'superseded'],
    ['for what comes after it', { position: 8 }, 'later'],
    ['while it waits for its position', { position: null }, null],
  ])('%s', (_, change, fault) => {
    expect(approvalFaults({ ...GOOD, ...change }, CUT)).toEqual(fault === null ? [] : [fault]);
  });

  test('never where there is none', () => {
    expect(approvalFaults(null, CUT)).toEqual(['absent']);
  });
});

const time = fc.option(fc.constantFrom(BEFORE, AT, AFTER));
const approval: fc.Arbitrary<Required<SeenApproval>> = fc.record({
  verdict: fc.constantFrom('approve', 'approve', 'reject', 'defer', 'revert'),
  manifestId: fc.constantFrom('m', 'm', 'n'),
  manifestDigest: fc.constantFrom('sha256:1', 'sha256:1', 'sha256:2'),
  entryId: fc.constantFrom('e', 'e', 'f', null),
  unitLocalId: fc.constantFrom(null, null, 'u1'),
  isSuperseded: fc.boolean(),
  expiresAt: time,
  notBefore: time,
  position: fc.constantFrom(5, 8, null),
});

/** What each judge sees of a decision and of a cut. */
const SIGHTS: Readonly<
  Record<string, readonly [readonly (keyof SeenApproval)[], readonly (keyof CutToApprove)[]]>
> = {
  cut: [
    ['verdict', 'manifestDigest', 'unitLocalId', 'expiresAt', 'notBefore'],
    ['manifestDigest', 'at'],
  ],
  verify: [
    ['verdict', 'manifestId', 'manifestDigest', 'unitLocalId', 'isSuperseded', 'expiresAt', 'notBefore'],
    ['manifestId', 'manifestDigest', 'at'],
  ],
  passport: [
    ['verdict', 'manifestId', 'manifestDigest', 'unitLocalId', 'expiresAt', 'notBefore', 'position'],
    ['manifestId', 'manifestDigest', 'at', 'position'],
  ],
  monitor: [
    ['verdict', 'manifestId', 'manifestDigest', 'unitLocalId'],
    ['manifestId', 'manifestDigest'],
  ],
};

const narrowed = <T extends object>(value: T, members: readonly (keyof T)[]): T =>
  Object.fromEntries(members.map((member) => [member, value[member]])) as T;

test('a judge that sees less finds less, never something else: all judges agree on what they see', () => {
  fc.assert(
    fc.property(approval, (seen) => {
      const whole = approvalFaults(seen, CUT);
      for (const [judge, [sight, ofCut]] of Object.entries(SIGHTS)) {
        const found = approvalFaults(narrowed(seen, sight), narrowed<CutToApprove>(CUT, ofCut));
        expect(whole, judge).toEqual(expect.arrayContaining([...found]));
        if (whole.length === 0) expect(found, judge).toEqual([]);
      }
    }),
    { numRuns: 1000 },
  );
});

test('an approval is in force exactly where nothing is wrong with it, and each fault has its words', () => {
  fc.assert(
    fc.property(approval, (seen) => {
      const isInForce =
        seen.verdict === 'approve' &&
        seen.entryId === 'e' &&
        seen.manifestId === 'm' &&
        seen.manifestDigest === 'sha256:1' &&
        seen.unitLocalId === null &&
        seen.isSuperseded === false &&
        (seen.expiresAt ?? AFTER) > AT &&
        (seen.notBefore ?? AT) <= AT &&
        (seen.position ?? 0) < 7;
      const faults = approvalFaults(seen, CUT);
      expect(faults.length === 0).toBe(isInForce);
      for (const fault of faults) expect(APPROVAL_FAULTS[fault]).toMatch(/^[a-z]/);
    }),
    { numRuns: 1000 },
  );
});
