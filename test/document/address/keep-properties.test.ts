import fc from 'fast-check';
import { expect, test } from 'vitest';
import { amend, type StoredUnit } from '../amended.ts';

/*
 * No address changes hands. A text of one line for each section is edited at random, cut after cut: what a section says,
 * under its title, keeps the address that it was born with for as long as it stands somewhere.
 */

interface Section {
  readonly level: number;
  readonly title: string;
  readonly words: string;
}

const section = fc.record({
  level: fc.constantFrom(2, 2, 3),
  title: fc.constantFrom('Scope', 'Duties', '§ 1', '§ 2', '\u0405cope', 'Größe', ''),
  words: fc.integer({ min: 0, max: 999 }).map((number) => `Words number ${number}.`),
});
const edit = fc.record({
  what: fc.constantFrom('insert', 'insert', 'delete', 'move', 'reword', 'rename'),
  at: fc.nat({ max: 30 }),
  to: fc.nat({ max: 30 }),
  section,
});
type Edit = typeof edit extends fc.Arbitrary<infer T> ? T : never;

function edited(sections: readonly Section[], { what, at, to, section: other }: Edit): Section[] {
  const list = [...sections];
  const place = list.length === 0 ? 0 : at % list.length;
  if (what === 'insert' || list.length === 0) list.splice(place, 0, other);
  else if (what === 'delete') list.splice(place, 1);
  else if (what === 'move') list.splice(to % list.length, 0, ...list.splice(place, 1));
  else if (what === 'reword') list[place] = { ...list[place]!, words: other.words };
  else list[place] = { ...list[place]!, title: other.title };
  return list;
}

const textOf = (sections: readonly Section[]) =>
  `# Law\n\n${sections.map(({ level, title, words }) => `${'#'.repeat(level)} ${title}\n\n${words}\n\n`).join('')}`;

const isLive = (unit: StoredUnit) => unit.order !== null;
/** What a unit says, and where it is cited: of what says so once, the address must stay. */
const saidBy = (unit: StoredUnit) => JSON.stringify([unit.title, unit.label, unit.textDigest]);

function onlyOnes(units: readonly StoredUnit[]): Map<string, StoredUnit> {
  const groups = Map.groupBy(units.filter(isLive), saidBy);
  return new Map(
    [...groups].flatMap(([said, [one, ...others]]) => (others.length > 0 ? [] : [[said, one!]])),
  );
}

test('what stands in both versions keeps its address, and no address is given twice', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(section, { maxLength: 7 }),
      fc.array(fc.array(edit, { minLength: 1, maxLength: 4 }), { minLength: 1, maxLength: 6 }),
      async (first, rounds) => {
        let sections: readonly Section[] = first;
        let units: readonly StoredUnit[] = (await amend([], textOf(sections))).units;
        const bornAs = new Map<string, string>();
        for (const edits of rounds) {
          for (const one of edits) sections = edited(sections, one);
          const { plan, actions, units: after } = await amend(units, textOf(sections));
          expect(plan.problems).toEqual([]);
          const [was, is] = [onlyOnes(units), onlyOnes(after)];
          for (const [said, unit] of is) {
            const before = was.get(said);
            if (before !== undefined) expect([said, unit.address]).toEqual([said, before.address]);
          }
          const given = actions.map(({ address }) => address);
          expect(new Set(given).size).toBe(given.length);
          for (const { address, action, record } of actions) {
            if (action !== 'birth') continue;
            expect(bornAs.has(address)).toBe(false);
            bornAs.set(address, record.text);
          }
          units = after;
        }
      },
    ),
    { numRuns: 100 },
  );
});

test('a text that is cut again as it stands changes nothing', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(section, { maxLength: 12 }), async (sections) => {
      const { units } = await amend([], textOf(sections));
      const { actions, vanished } = await amend(units, textOf(sections));
      expect(vanished).toEqual([]);
      expect(actions.filter(({ action }) => action !== 'unchanged')).toEqual([]);
    }),
  );
});
