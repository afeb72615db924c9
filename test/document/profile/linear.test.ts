/** The patterns that the program comes with run in V8, which goes back and tries again: none may do so at length. */
import { analyse } from 'scslre';
import { describe, expect, it } from 'vitest';
import type { DocumentProfile } from '../../../src/document/profile/schema.ts';
import { hasLevels, SHIPPED_PROFILES } from '../../../src/document/profiles.ts';

const PROFILES = SHIPPED_PROFILES.filter(hasLevels);

const patternsOf = ({ levels, text, statuses }: DocumentProfile): string[] => [
  ...levels.flatMap(({ match }) => match),
  ...text.notes,
  ...text.furniture,
  ...text.preludes,
  ...statuses.map(({ match }) => match),
];

/**
 * What `scslre` finds: how a pattern at the start of a line can take more steps than the line has characters, whatever
 * follows. It doesn't look for two alternatives that are the same.
 */
function faultsOf(source: string) {
  const { reports } = analyse(new RegExp(source, 'uy'), { assumeRejectingSuffix: true });
  return reports.map(({ type, exponential }) => ({ source, type, exponential }));
}

describe('the analysis', () => {
  it.each(['\\s*\\s*x', '(?!.*\\s{2,}\\d+$)', '(?:a+)+$'])('finds what is not linear: %s', (source) => {
    expect(faultsOf(source)).not.toEqual([]);
  });
});

describe.each(PROFILES.map((profile) => [`${profile.name}@${profile.version}`, profile] as const))(
  '%s',
  (name, profile) => {
    // Published, so they stay as they are: their worst is the square of the 256 characters that a pattern sees.
    const isOlder = name === 'outline@1' || name === 'statute-fr@1';

    it(isOlder ? 'has patterns that take the square of a line at most' : 'has linear patterns alone', () => {
      const faults = patternsOf(profile).flatMap(faultsOf);
      expect(faults.filter(({ exponential }) => exponential)).toEqual([]);
      expect(faults.length > 0).toBe(isOlder);
    });
  },
);
