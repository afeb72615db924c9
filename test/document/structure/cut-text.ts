/** What a profile makes of a text: one line a stretch, and the proof that none of the text is lost. */
import { expect } from 'vitest';
import { assignAddresses } from '../../../src/document/address/assign.ts';
import { NO_BASE } from '../../../src/document/address/base.ts';
import type { Granularity } from '../../../src/document/profile/schema.ts';
import { hasLevels, resolveProfile } from '../../../src/document/profiles.ts';
import type { Stretch } from '../../../src/document/stretch.ts';
import { structureOf } from '../../../src/document/structure/outline.ts';

export function stretchesOf(text: string, name: string, granularity?: Granularity): readonly Stretch[] {
  const found = resolveProfile(name, granularity);
  if ('problem' in found || !hasLevels(found.profile)) throw new Error(`${name} has no levels`);
  const { profile } = found;
  const { stretches } = structureOf(text, {
    profile,
    granularity: found.granularity ?? profile.granularity,
    engine: 'v8',
  });
  let at = 0;
  for (const { start, end } of stretches) {
    expect(start).toBe(at);
    expect(end).toBeGreaterThan(start);
    at = end;
  }
  expect(at).toBe(text.length);
  return stretches;
}

/** `address  label  kind`, of an excluded stretch its reason. */
export function cutLines(text: string, name: string, granularity?: Granularity): string[] {
  const stretches = stretchesOf(text, name, granularity);
  const found = resolveProfile(name);
  if ('problem' in found) throw new Error(found.problem.message);
  const addresses = assignAddresses(stretches, {
    docCode: 'law',
    rules: found.profile.address,
    base: NO_BASE,
    text,
  });
  return stretches.map((stretch, at) =>
    stretch.excludedBecause === null
      ? `${addresses[at]} [${stretch.label.join(' ')}] ${stretch.terms?.kind}`
      : `- ${stretch.excludedBecause}`,
  );
}
