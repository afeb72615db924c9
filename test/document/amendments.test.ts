import { expect, test } from 'vitest';
import { amend, cutTexts, type StoredUnit } from './amended.ts';

/*
 * Two dozen pairs of versions: what a reader says happened, and what the plan does. Each text ends in a line of its
 * own, so that a section has the same bytes wherever it stands.
 */

const END = '## End\n\nThe end.\n';
const law = (...sections: readonly string[]) => `# Law\n\n${sections.map((s) => `${s}\n\n`).join('')}${END}`;
const ONE = '## § 1 Scope\n\nThis law is about bees and their keepers.';
const TWO = '## § 2 Terms\n\nA keeper is a person who owns at least one hive.';
const THREE = '## § 3 Fines\n\nWhoever sells a stolen hive pays a fine of ten crowns.';
const NEW = '## § 2a Hives\n\nHives are numbered by the parish every spring.';
const PLAIN = ['## Scope\n\nAll bees.', '## Duties\n\nKeepers keep.', '## Scope\n\nAll hives.'] as const;
const inParts = (first: readonly string[], second: readonly string[]) =>
  law('## Part A\n\nOf bees.', ...first, '## Part B\n\nOf hives.', ...second);
const deep = (section: string) => section.replace('##', '###');
const NFC = '## § 4 Größe\n\nDie Größe zählt für alle Völker im Land.';

interface Pair {
  readonly before: string;
  readonly after: string;
  /** Units that are born, get a version or vanish; all others stay unchanged. */
  readonly birth?: readonly string[];
  readonly version?: readonly string[];
  readonly vanished?: readonly string[];
  /** What a reader is shown, but for what is unchanged. */
  readonly shown: readonly string[];
}

const PAIRS: Record<string, Pair> = {
  'nothing changes': { before: law(ONE, TWO), after: law(ONE, TWO), shown: [] },
  'a section is inserted': {
    before: law(ONE, TWO, THREE),
    after: law(ONE, TWO, NEW, THREE),
    birth: ['d/p-2a'],
    shown: ['added d/p-2a'],
  },
  'a section is inserted before all others': {
    before: law(TWO, THREE),
    after: law(ONE, TWO, THREE),
    birth: ['d/p-1'],
    shown: ['added d/p-1'],
  },
  'a section is deleted': {
    before: law(ONE, TWO, THREE),
    after: law(ONE, THREE),
    vanished: ['d/p-2'],
    shown: ['removed d/p-2'],
  },
  'a section is renumbered': {
    before: law(ONE, TWO),
    after: law(ONE, TWO.replace('§ 2', '§ 3')),
    birth: ['d/p-3'],
    vanished: ['d/p-2'],
    shown: ['renumbered d/p-2 § 2 → d/p-3 § 3'],
  },
  'a section is renumbered and reworded a little': {
    before: law(ONE, THREE),
    after: law(ONE, THREE.replace('§ 3', '§ 7').replace('ten crowns', 'twelve crowns')),
    birth: ['d/p-7'],
    vanished: ['d/p-3'],
    shown: ['renumbered d/p-3 § 3 → d/p-7 § 7'],
  },
  'a section gives way to another with another text': {
    before: law(ONE, TWO),
    after: law(ONE, '## § 9 Repeal\n\nThe old law ends on the first day of May.'),
    birth: ['d/p-9'],
    vanished: ['d/p-2'],
    shown: ['added d/p-9', 'removed d/p-2'],
  },
  'two sections change places': {
    before: law(ONE, TWO, THREE),
    after: law(ONE, THREE, TWO),
    shown: ['moved d/p-3'],
  },
  'a section moves behind the last': {
    before: law(ONE, TWO, THREE),
    after: law(TWO, THREE, ONE),
    shown: ['moved d/p-1'],
  },
  // The parent is part of a version, so this one text gets a version though no word changed.
  'a section moves to another part': {
    before: inParts([deep(ONE), deep(TWO)], [deep(THREE)]),
    after: inParts([deep(ONE)], [deep(TWO), deep(THREE)]),
    version: ['d/part-a/p-2'],
    shown: ['moved d/part-a/p-2'],
  },
  'a section is reworded': {
    before: law(ONE, TWO),
    after: law(ONE, TWO.replace('one hive', 'two hives')),
    version: ['d/p-2'],
    shown: ['reworded d/p-2'],
  },
  'a section is reworded and another inserted before it': {
    before: law(ONE, THREE),
    after: law(ONE, NEW, THREE.replace('ten', 'twelve')),
    birth: ['d/p-2a'],
    version: ['d/p-3'],
    shown: ['added d/p-2a', 'reworded d/p-3'],
  },
  'a section is split in two': {
    before: law(ONE, '## § 2 Terms\n\nA keeper owns a hive.\n\nA hive holds bees.', THREE),
    after: law(ONE, '## § 2 Terms\n\nA keeper owns a hive.', '## § 2a Hives\n\nA hive holds bees.', THREE),
    birth: ['d/p-2a'],
    version: ['d/p-2'],
    shown: ['reworded d/p-2', 'added d/p-2a'],
  },
  'two sections become one': {
    before: law(ONE, '## § 2 Terms\n\nA keeper owns a hive.', '## § 2a Hives\n\nA hive holds bees.', THREE),
    after: law(ONE, '## § 2 Terms\n\nA keeper owns a hive.\n\nA hive holds bees.', THREE),
    version: ['d/p-2'],
    vanished: ['d/p-2a'],
    shown: ['reworded d/p-2', 'removed d/p-2a'],
  },
  // An address is a citation: what is cited as § 1 from now on says something else.
  'two sections exchange their numbers': {
    before: law(ONE, TWO),
    after: law(TWO.replace('§ 2', '§ 1'), ONE.replace('§ 1', '§ 2')),
    version: ['d/p-1', 'd/p-2'],
    shown: ['reworded d/p-1', 'reworded d/p-2'],
  },
  'an annex is added behind the end': {
    before: law(ONE),
    after: `${law(ONE)}## Annex\n\nA table of hives.\n`,
    birth: ['d/annex'],
    version: [],
    shown: ['added d/annex'],
  },
  'a second title is added': {
    before: law(ONE, TWO),
    after: `${law(ONE, TWO)}# Annex\n\nA table of hives.\n`,
    birth: ['d/annex'],
    shown: ['added d/annex'],
  },
  'a new section has an old name, before the old one': {
    before: law(PLAIN[1], PLAIN[0]),
    after: law('## Scope\n\nNew words.', PLAIN[1], PLAIN[0]),
    birth: ['d/scope~2'],
    shown: ['added d/scope~2'],
  },
  'the first of two equals is deleted': {
    before: law(...PLAIN),
    after: law(PLAIN[1], PLAIN[2]),
    vanished: ['d/scope'],
    shown: ['removed d/scope'],
  },
  'two equals change places': {
    before: law(...PLAIN),
    after: law(PLAIN[2], PLAIN[1], PLAIN[0]),
    shown: ['moved d/scope~2', 'moved d/duties'],
  },
  'all line ends become CRLF': {
    before: law(ONE, TWO),
    after: law(ONE, TWO).replaceAll('\n', '\r\n'),
    version: ['d', 'd/end', 'd/p-1', 'd/p-2'],
    shown: ['format_only d', 'format_only d/p-1', 'format_only d/p-2', 'format_only d/end'],
  },
  'a text is written in NFD': {
    before: law(ONE, NFC),
    after: law(ONE, NFC).normalize('NFD'),
    version: ['d/p-4'],
    shown: ['format_only d/p-4'],
  },
  'blanks are added at the ends of lines': {
    before: law(ONE, TWO),
    after: law(ONE, TWO.replace('hive.', 'hive.  ')),
    version: ['d/p-2'],
    shown: ['format_only d/p-2'],
  },
  'a title is reworded': {
    before: law(ONE, TWO),
    after: law(ONE, TWO).replace('# Law', '# Law of bees'),
    version: ['d'],
    shown: ['reworded d'],
  },
};

test.each(Object.entries(PAIRS))('%s', async (_, { before, after, birth, version, vanished, shown }) => {
  const units = await cutTexts(before);
  const { plan, actions, vanished: gone, diff } = await amend(units, after);
  expect(plan.problems).toEqual([]);
  const addressesOf = (wanted: string) =>
    actions
      .filter(({ action }) => action === wanted)
      .map(({ address }) => address)
      .sort();
  expect({
    birth: addressesOf('birth'),
    version: addressesOf('version'),
    vanished: gone.map(({ address }) => address),
  }).toEqual({ birth: birth ?? [], version: version ?? [], vanished: vanished ?? [] });
  const told = diff
    .filter(({ change }) => change !== 'unchanged' && change !== 'excluded')
    .map(({ change, address, addressBefore, record, unit }) =>
      change === 'renumbered'
        ? `${change} ${addressBefore} ${unit?.label?.join(' ')} → ${address} ${record?.label.join(' ')}`
        : `${change} ${address}`,
    );
  expect(told).toEqual(shown);
  // No version of a text that says the same at the same place, and no address that another text took.
  const was = new Map(units.map((unit) => [unit.address, unit]));
  for (const { address, action, record, parentAddress } of actions) {
    const unit = was.get(address);
    if (action !== 'version') continue;
    expect(unit?.textDigest === record.textDigest && unit.parentAddress === parentAddress).toBe(false);
  }
  const holders = new Map(units.map((unit) => [`${unit.title} ${unit.textDigest}`, unit.address]));
  for (const { address, record } of actions)
    expect(holders.get(`${record.title} ${record.textDigest}`) ?? address).toBe(address);
});

/* The form of a text never hides what else changed. */
const CHANGED: Readonly<Record<string, Partial<StoredUnit>>> = {
  citation: { label: ['§ 7'] },
  title: { title: 'Another' },
  number: { sectionCode: '§ 7' },
  kind: { kind: 'clause' },
  'section type': { sectionType: 'article' },
};

test.each(Object.entries(CHANGED))('another %s is shown, in whatever form the text is', async (_, before) => {
  const units = (await cutTexts(law(ONE, TWO))).map((unit) =>
    unit.address === 'd/p-2' ? { ...unit, ...before } : unit,
  );
  for (const text of [law(ONE, TWO), law(ONE, TWO).replace('hive.', 'hive.  ')]) {
    const { diff, actions } = await amend(units, text);
    const shown = diff.filter(({ change }) => change !== 'unchanged' && change !== 'excluded');
    expect(shown.map(({ change, address }) => `${change} ${address}`)).toEqual(['reclassified d/p-2']);
    expect(actions.find(({ address }) => address === 'd/p-2')?.action).toBe('version');
  }
});
