import { describe, expect, test } from 'vitest';
import { amend, cutTexts, type StoredUnit } from '../amended.ts';

/** The addresses and words of each text, cut one after the other. */
async function addressesThrough(...texts: readonly string[]): Promise<Record<string, string>[]> {
  let units: readonly StoredUnit[] = [];
  const all: Record<string, string>[] = [];
  for (const text of texts) {
    const { plan, units: after } = await amend(units, text);
    expect(plan.problems).toEqual([]);
    const named = plan.records.filter(({ address }) => address !== null);
    all.push(Object.fromEntries(named.map((r) => [r.address!, r.text.replace(/\s+/g, ' ').trim()])));
    units = after;
  }
  return all;
}

describe('an address lasts', () => {
  test('a second title behind it changes none', async () => {
    const [one, two] = await addressesThrough('# L\n\n## A\n\nx\n', '# L\n\n## A\n\nx\n\n# Annex\n\ny\n');
    expect(one).toEqual({ d: '# L', 'd/a': '## A x' });
    expect(two).toEqual({ d: '# L', 'd/a': '## A x', 'd/annex': '# Annex y' });
  });

  test('a new title before it changes none', async () => {
    const [, two] = await addressesThrough('# L\n\n## A\n\nx\n', '# Preface\n\nHello.\n\n# L\n\n## A\n\nx\n');
    expect(two).toEqual({ d: '# L', 'd/a': '## A x', 'd/preface': '# Preface Hello.' });
  });

  test('a new section of the same name before it gets a number of its own', async () => {
    const [, two] = await addressesThrough(
      '# P\n\n## A\n\nx\n\n## Scope\n\nOld.\n',
      '# P\n\n## Scope\n\nNew.\n\n## A\n\nx\n\n## Scope\n\nOld.\n',
    );
    expect(two).toEqual({
      d: '# P',
      'd/a': '## A x',
      'd/scope': '## Scope Old.',
      'd/scope~2': '## Scope New.',
    });
  });

  test('of equals that were reworded, the neighbours tell which is which', async () => {
    const [, two] = await addressesThrough(
      '# P\n\n## A\n\nx\n\n## Scope\n\nOne.\n\n## B\n\ny\n\n## Scope\n\nTwo.\n\n## C\n\nz\n',
      '# P\n\n## Scope\n\nNew.\n\n## A\n\nx\n\n## Scope\n\n1.\n\n## B\n\ny\n\n## Scope\n\n2.\n\n## C\n\nz\n',
    );
    expect(two).toMatchObject({
      'd/scope': '## Scope 1.',
      'd/scope~2': '## Scope 2.',
      'd/scope~3': '## Scope New.',
    });
  });

  test('a number that was used is never given again', async () => {
    const twice = '# P\n\n## S\n\nOne.\n\n## S\n\nTwo.\n';
    const [, , three] = await addressesThrough(
      twice,
      '# P\n\n## S\n\nOne.\n',
      '# P\n\n## S\n\nOne.\n\n## S\n\nThree.\n',
    );
    expect(three).toEqual({ d: '# P', 'd/s': '## S One.', 'd/s~3': '## S Three.' });
    const [, , back] = await addressesThrough(twice, '# P\n\n## S\n\nOne.\n', twice);
    expect(back).toEqual({ d: '# P', 'd/s': '## S One.', 'd/s~2': '## S Two.' });
  });

  test('a section that moves below another keeps it, and so does all that it holds', async () => {
    const [, two] = await addressesThrough(
      '# P\n\n## A\n\n### S\n\n#### T\n\nText.\n\n## B\n\n### U\n\nu\n',
      '# P\n\n## A\n\n### V\n\nv\n\n## B\n\n### U\n\nu\n\n### S\n\n#### T\n\nText.\n',
    );
    expect(two).toMatchObject({ 'd/a/s': '### S', 'd/a/s/t': '#### T Text.', 'd/a/v': '### V v' });
  });

  test('a new section under the name and at the place of one that moved gets a number of its own', async () => {
    const [, two] = await addressesThrough(
      '# P\n\n## A\n\n### Scope\n\nOld.\n\n## B\n\n### U\n\nu\n',
      '# P\n\n## A\n\n### Scope\n\nNew.\n\n## B\n\n### U\n\nu\n\n### Scope\n\nOld.\n',
    );
    expect(two).toMatchObject({ 'd/a/scope': '### Scope Old.', 'd/a/scope~2': '### Scope New.' });
  });

  test('what is cited keeps it by its citation, though it moves and is reworded', async () => {
    const [, two] = await addressesThrough(
      '# P\n\n## A\n\n### § 1 One\n\nOld words.\n\n## B\n\n### § 2 Two\n\nu\n',
      '# P\n\n## A\n\na\n\n## B\n\n### § 2 Two\n\nu\n\n### § 1 One\n\nNew text.\n',
    );
    expect(two).toMatchObject({ 'd/a/p-1': '### § 1 One New text.' });
  });

  test('a renumbered section is another one', async () => {
    const [, two] = await addressesThrough('# P\n\n## § 5 Five\n\nText.\n', '# P\n\n## § 6 Five\n\nText.\n');
    expect(two).toEqual({ d: '# P', 'd/p-6': '## § 6 Five Text.' });
  });

  test('letters of every script stay; names that look alike are equal', async () => {
    const [one] = await addressesThrough('# L\n\n## Đối tượng\n\nx\n\n## Scope\n\ny\n\n## \u0405cope\n\nz\n');
    expect(Object.keys(one!)).toEqual(['d', 'd/đối-tượng', 'd/scope', 'd/scope~2']);
  });

  test('what was only cut by a compensated cut is met again', async () => {
    const units = await cutTexts('# P\n\n## S\n\nOne.\n\n## S\n\nTwo.\n');
    const void_ = units.map((unit) => ({ ...unit, void: true, order: null }));
    const again = (await amend(void_, '# P\n\n## S\n\nThree.\n\n## S\n\nOne.\n')).plan.records;
    expect(again.map(({ address, text }) => [address, text.trim()])).toEqual([
      ['d', '# P'],
      ['d/s~2', '## S\n\nThree.'],
      ['d/s', '## S\n\nOne.'],
    ]);
  });

  test('a long path keeps the document and its own name', async () => {
    const long = (level: number) => `${'#'.repeat(level)} ${'abcdefghij '.repeat(6)}${level}\n\n`;
    const text = `# P\n\n${[2, 3, 4, 5, 6].map(long).join('')}x\n\n###### Second\n\ny\n`;
    const [one, two] = await addressesThrough(text, text);
    expect(two).toEqual(one);
    expect(Object.keys(one!).every((address) => Buffer.byteLength(address) <= 255)).toBe(true);
    expect(Object.keys(one!).at(-1)).toMatch(/^d\/(~[0-9a-f]{16}|[a-z0-9/-]+)\/second$/);
  });
});
