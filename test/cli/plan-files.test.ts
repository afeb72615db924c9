/** `cutter plan`: files in, a line or an object a file out; a faulty file stops no other. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { planFiles } from '../../src/cli/plan-files.ts';
import { planDocument } from '../../src/document/plan.ts';
import { BASE_VOCABULARY } from '../../src/document/vocabulary.ts';
import { profileBody } from '../harness/registry.ts';

const FOLDER = mkdtempSync(join(tmpdir(), 'cutter-plan-'));
afterAll(() => rmSync(FOLDER, { recursive: true, force: true }));

const TEXT =
  '---\ntitle: Rules\n---\n\n# Rules of the house\n\n## § 1 Quiet hours\n\nFrom tén.\n\n## Keys\n\nTwo.\n';

function fileOf(name: string, content: string | Uint8Array): string {
  const path = join(FOLDER, name);
  writeFileSync(path, content);
  return path;
}

async function planned(files: readonly string[], options: { json?: boolean; profile?: string } = {}) {
  const lines: string[] = [];
  const given = { profile: 'markdown', json: true, ...options };
  const code = await planFiles(files, given, (line) => void lines.push(line));
  return { code, lines, objects: given.json ? lines.map((line) => JSON.parse(line)) : [] };
}

describe('--json', () => {
  test('gives one object a file: what a ledger would plan, in bytes of the file', async () => {
    const file = fileOf('rules.md', TEXT);
    const { code, objects } = await planned([file]);
    const plan = planDocument({
      bytes: Buffer.from(TEXT),
      docCode: 'rules',
      spec: { profile: 'markdown' },
      vocabulary: BASE_VOCABULARY,
    });
    const units = plan.records.filter(({ role }) => role !== 'excluded');
    expect(code).toBe(0);
    expect(objects).toEqual([
      {
        file,
        profile: 'markdown@3',
        units: units.map(({ start, end, address, sectionCode, kind }) => {
          return { start, end, address, label: sectionCode === null ? [] : [sectionCode], kind };
        }),
        excluded: [
          { start: 0, end: 21, reason: 'front_matter' },
          { start: 21, end: 22, reason: 'blank' },
        ],
        problems: [],
      },
    ]);
    expect(objects[0].units.map(({ label }: { label: string[] }) => label)).toContainEqual(['§ 1']);
    expect(objects[0].units.at(-1).end).toBe(Buffer.byteLength(TEXT));
  });

  test('names every fault in its file, goes on with the next, and ends with 1', async () => {
    const good = fileOf('good.md', TEXT);
    const files = [fileOf('bad.md', Buffer.from([0x61, 0xff, 0x0a])), join(FOLDER, 'none.md'), FOLDER, good];
    const { code, objects } = await planned(files);
    expect(code).toBe(1);
    expect(objects.map(({ file }) => file)).toEqual(files);
    expect(objects.map(({ problems }) => problems[0]?.code)).toEqual([
      'source_not_utf8',
      'file_refused',
      'file_refused',
      undefined,
    ]);
    expect(objects[1].problems[0].message).toContain('there is no such file');
  });

  test('a picture is refused as a ledger refuses it', async () => {
    const { code, objects } = await planned([
      fileOf('page.md', '<!DOCTYPE html><html><body><p>x</p></body></html>\n'),
    ]);
    expect([code, objects[0].problems[0].severity]).toEqual([1, 'error']);
  });

  test('an unknown profile is a problem of each file that names the known ones', async () => {
    const { code, objects } = await planned([fileOf('p.md', TEXT)], { profile: 'nonsense' });
    expect(code).toBe(1);
    expect(objects[0].profile).toBe('nonsense');
    expect(objects[0].problems[0]).toMatchObject({ code: 'unknown_profile', path: ['cutSpec', 'profile'] });
  });

  test('a warning is listed and leaves the status 0', async () => {
    const { code, objects } = await planned([fileOf('long.md', 'Words without a heading. '.repeat(200))]);
    expect([code, objects[0].problems[0].severity]).toEqual([0, 'warning']);
  });
});

describe('--profile FILE', () => {
  const body = (other: object = {}) =>
    JSON.stringify({
      ...profileBody(),
      name: 'house',
      version: '3',
      levels: profileBody().levels.map((level) => ({
        ...level,
        terms: { kind: 'law_unit', sectionType: 'principle' },
      })),
      ...other,
    });
  const text = '# Rules\n\n## NT1 Honesty\n\n(1) One.\n\n(2) Two.\n';

  test('cuts by a profile that nobody registered, with the words that it uses', async () => {
    const profile = fileOf('house.json', body());
    const { code, objects } = await planned([fileOf('rules.md', text)], { profile });
    expect([code, objects[0].profile, objects[0].problems]).toEqual([0, 'house@3', []]);
    expect(objects[0].units.map(({ address, kind }: Record<string, string>) => `${address} ${kind}`)).toEqual(
      ['rules container', 'rules/nt1 law_unit', 'rules/nt1/c-1 law_unit', 'rules/nt1/c-2 law_unit'],
    );
  });

  test.each([
    ['no JSON', '{', 'file_refused', /is no JSON/],
    ['no object', '[]', 'file_refused', /is no JSON object/],
    ['another format', body({ format: 'x' }), 'profile_invalid_value', /^format: /],
    [
      'a pattern of another engine',
      body({ statuses: [{ match: '(?=x)', sectionType: null, setAside: true }] }),
      'pattern_refused',
      /^statuses\[0\]\.match: /,
    ],
  ])('a file that is %s is a problem of each document', async (_, content, code, message) => {
    const profile = fileOf('bad.json', content);
    const { code: status, objects } = await planned([fileOf('rules.md', text)], { profile });
    expect([status, objects[0].profile, objects[0].units]).toEqual([1, profile, []]);
    expect(objects[0].problems[0]).toMatchObject({ code, severity: 'error' });
    expect(objects[0].problems[0].message).toMatch(message);
  });
});

test('without --json, a line says what becomes of a file, and one each problem', async () => {
  const { lines } = await planned([fileOf('rules.md', TEXT), join(FOLDER, 'none.md')], { json: false });
  expect(lines[0]).toMatch(
    /rules\.md: 3 units by markdown@3 \(1 container, 2 section\), 22 bytes set aside$/,
  );
  expect(lines[2]).toMatch(/^ {2}problem at file: .* \(file_refused\)$/);
});

test('a name that no document code can be made of is a problem with the way out', async () => {
  const { objects } = await planned([fileOf('§§§.md', TEXT)]);
  expect(objects[0].problems[0].message).toContain('No document code can be made');
});
