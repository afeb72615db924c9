import { describe, expect, test } from 'vitest';
import { carriedOverDigest, reviewedDigest } from '../../src/law/approved-sets.ts';
import {
  type ApprovedBefore,
  carriesApproval,
  carryOver,
  type SeenRecord,
  unitDigest,
} from '../../src/law/carried-over.ts';
import { ENTRY_STATES } from '../../src/law/states.ts';
import type { Digest } from '../../src/proof/digest.ts';
import { type Seeded, seeded, testSeed } from '../harness/seeded.ts';
import { JUDGES_THOUSANDS_MS } from '../harness/timeouts.ts';

const unit = (over: Partial<SeenRecord> = {}): SeenRecord => ({
  role: 'unit',
  address: 'law/1',
  parentAddress: 'law',
  kind: 'section',
  sectionType: 'section',
  sectionCode: '§ 1',
  title: 'Purpose',
  excludedBecause: null,
  textDigest: 'sha256:1',
  ...over,
});

test.each(Object.keys(unit()) as (keyof SeenRecord)[])('another %s is another unit digest', (field) => {
  expect(unitDigest(unit({ [field]: 'another' }))).not.toBe(unitDigest(unit()));
});

test('the digests are those that docs/how-to/review.md describes', () => {
  expect(unitDigest(unit())).toMatchInlineSnapshot(
    `"sha256:7de7ccc01b1ff2bfb61d467a2d49ec01058ebbe6dc43487bd4d5702a986cdd7f"`,
  );
  expect(carriedOverDigest([[unitDigest(unit()), 'd1']])).toMatchInlineSnapshot(
    `"sha256:a5c0fe7b7d632860249475048b31e0009aa897a7b2a4450ffccf505942ff2f87"`,
  );
  expect(reviewedDigest([unitDigest(unit())])).toMatchInlineSnapshot(
    `"sha256:bc92c331d2d373f4ee9c88a4c07ed57ca7b92651d80bd928b4eb5c9f076e33ab"`,
  );
});

describe('an approval counts for later plans', () => {
  const approval = { verdict: 'approve', unitLocalId: null, isSuperseded: false, expiresAt: null } as const;

  test('while its entry has not ended otherwise than complete', () => {
    const counts = ENTRY_STATES.filter((status) => carriesApproval({ ...approval, status }, '2026'));
    expect(counts).toEqual([
      'marked',
      'review_pending',
      'reviewed_approved',
      'reviewed_deferred',
      'cut_applied',
      'verified_complete',
    ]);
  });

  test.each([{ verdict: 'reject' }, { verdict: 'defer' }, { isSuperseded: true }, { unitLocalId: 'u1' }])(
    'and not if it has %j',
    (over) => {
      expect(carriesApproval({ ...approval, status: 'cut_applied', ...over }, '2026')).toBe(false);
    },
  );

  test('until it expires; after its cut it has been used in time', () => {
    const expired = { ...approval, expiresAt: '2025' };
    expect(carriesApproval({ ...expired, status: 'reviewed_approved' }, '2026')).toBe(false);
    expect(carriesApproval({ ...expired, expiresAt: '2027', status: 'reviewed_approved' }, '2026')).toBe(
      true,
    );
    expect(carriesApproval({ ...expired, status: 'verified_complete' }, '2026')).toBe(true);
  });
});

/** The approvals of one manifest, all looked at by one decision. */
function manifest(id: string, units: readonly SeenRecord[], isNewest = true): ApprovedBefore[] {
  return units.map((one, order) => ({
    digest: unitDigest(one),
    manifestId: id,
    decisionId: `d:${id}`,
    order: isNewest ? order : null,
  }));
}
const planned = (units: readonly SeenRecord[]) =>
  units.map((one) => ({ digest: unitDigest(one), parentAddress: one.parentAddress }));
const at = (address: string, over: Partial<SeenRecord> = {}) =>
  unit({ address, textDigest: address, ...over });

describe('carryOver', () => {
  test('a plan without an earlier approval is to be reviewed', () => {
    expect(carryOver(planned([at('a'), at('b')]), [])).toEqual([null, null]);
  });

  test('what an earlier plan had is carried over, though a later one did without it', () => {
    const approved = [...manifest('2', [at('a')]), ...manifest('1', [at('a'), at('b')], false)];
    expect(carryOver(planned([at('a'), at('b'), at('c')]), approved)).toEqual(['d:2', 'd:1', null]);
  });

  test('of units that changed places, the fewest are to be reviewed', () => {
    const approved = manifest('1', [at('a'), at('b'), at('c'), at('d')]);
    const found = carryOver(planned([at('d'), at('a'), at('b'), at('c')]), approved);
    expect(found).toEqual([null, 'd:1', 'd:1', 'd:1']);
  });

  test('a section whose neighbours went or came has not moved', () => {
    const approved = manifest('1', [at('a'), at('b'), at('c'), at('d')]);
    const found = carryOver(planned([at('x'), at('b'), at('y'), at('d'), at('z')]), approved);
    expect(found).toEqual([null, 'd:1', null, 'd:1', null]);
  });

  test('of equal stretches that are set aside, one more than before is to be reviewed', () => {
    const note = unit({ role: 'excluded', address: null, excludedBecause: 'note', textDigest: 'note' });
    const approved = [...manifest('2', [note]), ...manifest('1', [note, note], false)];
    expect(carryOver(planned([note, note, note]), approved).filter((by) => by === null)).toHaveLength(1);
  });
});

/* A law of 5,000 units, edited at random; each plan is approved, and the next one is held against it. */

const UNITS = 5_000;
const ROUNDS = 50;
const EDITS = 200;

/** A unit with its text in full, as the oracle compares it. */
interface Told extends SeenRecord {
  readonly text: string;
}

const told = (address: string | null, parentAddress: string | null, text: string): Told => ({
  ...unit({ address, parentAddress, textDigest: `sha256:${text}` }),
  ...(address === null ? { role: 'excluded', excludedBecause: 'note' } : {}),
  text,
});

function firstLaw(): Told[] {
  return Array.from({ length: UNITS }, (_, index) => {
    const part = Math.floor(index / 40);
    if (index % 40 === 0) return told(`law/${part}`, null, `Part ${part}`);
    if (index % 40 === 20) return told(null, `law/${part}`, `A note, ${part}`);
    return told(`law/${part}/${index}`, `law/${part}`, `Section ${index}. Who does this pays ${index}.`);
  });
}

let born = 0;
/** One edit, as people make them. */
const EDITS_OF: readonly ((law: Told[], random: Seeded, index: number) => void)[] = [
  (law, random, index) => {
    const { text } = law[index]!;
    const place = random.between(0, text.length - 1);
    const other = `${text.slice(0, place)}${random.pick([' not', ',', 'x', ''])}${text.slice(place + 1)}`;
    law[index] = { ...law[index]!, text: other, textDigest: `sha256:${other}` };
  },
  (law, _random, index) => {
    born += 1;
    const { parentAddress } = law[index]!;
    law.splice(index + 1, 0, told(`law/new/${born}`, parentAddress, `Section new ${born}.`));
  },
  (law, _random, index) => {
    law.splice(index, 1);
  },
  (law, random, index) => {
    const field = random.pick(['kind', 'sectionType', 'sectionCode', 'title', 'parentAddress'] as const);
    law[index] = { ...law[index]!, [field]: `other ${random.between(1, 3)}` };
  },
  (law, _random, index) => {
    born += 1;
    law.splice(index, 0, told(null, law[index]!.parentAddress, `Set aside ${born}.`));
  },
];

/** All that a reviewer sees of a unit, as one text. */
const texts = new Map<Told, string>();
function seen(one: Told): string {
  const { textDigest: _digest, ...all } = one;
  const text = texts.get(one) ?? JSON.stringify(Object.entries(all).sort());
  texts.set(one, text);
  return text;
}
const counted = (law: readonly Told[]) =>
  new Map([...Map.groupBy(law, seen)].map(([key, all]) => [key, all.length] as const));

/** An approved manifest of the law, and by whom each of its records was looked at. */
interface Approved {
  readonly id: string;
  readonly law: readonly Told[];
  readonly by: readonly string[];
}

const digests = new Map<Told, Digest>();
function digestOf(one: Told): Digest {
  const digest = digests.get(one) ?? unitDigest(one);
  digests.set(one, digest);
  return digest;
}

function carriedFrom({ id, law, by }: Approved, now: readonly Told[]): readonly (string | null)[] {
  const approved = law.map((one, order) => ({
    digest: digestOf(one),
    manifestId: id,
    decisionId: by[order]!,
    order,
  }));
  return carryOver(
    now.map((one) => ({ digest: digestOf(one), parentAddress: one.parentAddress })),
    approved,
  );
}

const isUnknown = (who: ReadonlySet<string>, by: string | null) => by !== null && !who.has(by);

test(
  `${ROUNDS * EDITS} random edits of ${UNITS} units: no changed byte is carried over, and no unchanged unit asked for again`,
  () => {
    const random = seeded(testSeed()).named('carried over');
    let law = firstLaw();
    let last: Approved = { id: 'm0', law, by: law.map(() => 'd:m0') };
    /** By what is seen of a unit, who ever looked at it. */
    const lookedAt = new Map<string, Set<string>>(law.map((one) => [seen(one), new Set(['d:m0'])]));
    let [changedCarried, unchangedAsked, carriedCount] = [0, 0, 0];
    for (let round = 1; round <= ROUNDS; round += 1) {
      law = [...law];
      for (let edit = 0; edit < EDITS; edit += 1)
        random.pick(EDITS_OF)(law, random, random.between(0, law.length - 1));
      const found = carriedFrom(last, law);
      const [before, now] = [counted(last.law), counted(law)];
      const carried = counted(law.filter((_, index) => found[index] !== null));
      for (const [key, count] of now) {
        const due = Math.min(count, before.get(key) ?? 0);
        const got = carried.get(key) ?? 0;
        changedCarried += Math.max(0, got - due);
        unchangedAsked += Math.max(0, due - got);
        carriedCount += got;
      }
      const by = found.map((one) => one ?? `d:m${round}`);
      for (const [index, one] of law.entries()) {
        const who = lookedAt.get(seen(one)) ?? new Set();
        // Whoever is named looked at exactly this.
        if (isUnknown(who, found[index] ?? null)) changedCarried += 1;
        lookedAt.set(seen(one), who.add(by[index]!));
      }
      last = { id: `m${round}`, law, by };
    }
    expect({ changedCarried, unchangedAsked }).toEqual({ changedCarried: 0, unchangedAsked: 0 });
    expect(carriedCount).toBeGreaterThan(ROUNDS * UNITS * 0.9);
  },
  JUDGES_THOUSANDS_MS,
);

test(
  'of units that are moved at random, no more are to be reviewed than were moved',
  () => {
    const random = seeded(testSeed()).named('moved');
    const law = firstLaw();
    const last: Approved = { id: 'm', law, by: law.map(() => 'd:m') };
    for (let round = 0; round < 20; round += 1) {
      const now = [...law];
      const moves = random.between(0, 30);
      for (let move = 0; move < moves; move += 1) {
        const [one] = now.splice(random.between(0, now.length - 1), 1);
        now.splice(random.between(0, now.length), 0, one!);
      }
      const asked = carriedFrom(last, now).filter((by) => by === null).length;
      expect(asked).toBeLessThanOrEqual(moves);
      const isSorted = law.every((one, index) => now[index] === one);
      if (!isSorted && moves > 25) expect(asked).toBeGreaterThan(0);
    }
  },
  JUDGES_THOUSANDS_MS,
);
