/** The documents say what the code says: links lead somewhere, lists are complete, and the prose keeps the house's rules. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize, relative } from 'node:path';
import { describe, expect, test, vi } from 'vitest';
import { runProgram } from '../src/cli/program.ts';

const ROOT = new URL('..', import.meta.url).pathname;
const read = (path: string) => readFileSync(join(ROOT, path), 'utf8');
const filesOf = (folder: string, ending: string) =>
  readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith(ending) && !path.includes('node_modules'))
    .map((path) => join(folder, path))
    .sort();
const DOCUMENTS = [
  ...readdirSync(ROOT).filter((name) => name.endsWith('.md')),
  ...['docs', 'src', 'test', 'bench'].flatMap((folder) => filesOf(folder, '.md')),
];
/** The pages that `npm run codegen` writes from the schema are its descriptions, which have rules of their own. */
const GUIDES = DOCUMENTS.filter((path) => path !== 'CHANGELOG.md' && !path.startsWith('docs/reference/api/'));
const SOURCES = filesOf('src', '.ts')
  .filter((path) => !path.includes('generated'))
  .map(read);

/** Every first group of `pattern` in `text`, sorted, each once. */
const found = (text: string, pattern: RegExp): readonly string[] =>
  [...new Set([...text.matchAll(pattern)].map((match) => match[1] as string))].sort();
const foundInSources = (pattern: RegExp) =>
  [...new Set(SOURCES.flatMap((text) => found(text, pattern)))].sort();

const withoutCode = (text: string) => text.replace(/^ *```.*?^ *```/gms, '').replace(/<!--.*?-->/gs, '');

/** The anchors of a document's headings, as GitHub makes them. */
function anchorsOf(text: string): readonly string[] {
  return [...withoutCode(text).matchAll(/^#+ (.*)$/gm)].map((match) =>
    (match[1] as string)
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  );
}

interface Link {
  readonly from: string;
  readonly to: string;
  readonly anchor: string | undefined;
}

function linksOf(from: string): readonly Link[] {
  const targets = found(withoutCode(read(from)), /\]\(([^)\s]+)\)/g);
  return targets
    .filter((target) => !/^[a-z]+:/.test(target))
    .map((target) => {
      const [path, anchor] = target.split('#') as [string, string | undefined];
      return { from, to: path === '' ? from : normalize(join(dirname(from), path)), anchor };
    });
}

describe('links', () => {
  test.each(DOCUMENTS)('%s leads nowhere else than to files and headings that exist', (path) => {
    const dead = linksOf(path).filter(
      ({ to, anchor }) =>
        !existsSync(join(ROOT, to)) || (anchor !== undefined && !anchorsOf(read(to)).includes(anchor)),
    );
    expect(dead).toEqual([]);
  });

  test('a document of the npm package links to files of the package alone', () => {
    const files: readonly string[] = [...JSON.parse(read('package.json')).files, 'package.json'];
    const isPackaged = (path: string) => files.some((file) => path === file || path.startsWith(`${file}/`));
    const leaving = DOCUMENTS.filter(isPackaged)
      .flatMap(linksOf)
      .filter(({ to }) => !isPackaged(relative('.', to)));
    expect(leaving).toEqual([]);
  });

  test.each(GUIDES)('%s names no source file that isn\u2019t there', (path) => {
    const named = found(withoutCode(read(path)), /`([\w./-]+\.ts)`/g);
    const places = [dirname(path), 'src', '.'];
    expect(named.filter((file) => !places.some((place) => existsSync(join(ROOT, place, file))))).toEqual([]);
  });

  test('docs/README.md leads to every document, through the lists of some kinds', () => {
    const lists = ['docs/README.md', 'docs/reference/formats.md', 'docs/reference/api/README.md'];
    const listed = lists.flatMap(linksOf);
    const reached = new Set([...listed, ...linksOf('docs/decisions/README.md')].map(({ to }) => to));
    const documents = DOCUMENTS.filter((path) => path.startsWith('docs/') && path !== 'docs/README.md');
    expect(documents.filter((path) => !reached.has(path))).toEqual([]);
  });
});

describe('prose', () => {
  const BANNED = /\b(whoever|gainsay|at hand|lest|thereof)\b|\b(tells|told) (of|by)\b/i;

  test.each(GUIDES)('%s: lines of 120 columns, sentences of 30 words, plain words', (path) => {
    const text = read(path);
    expect(text.split('\n').filter((line) => line.length > 120)).toEqual([]);
    const sentences = sentencesOf(text);
    expect(sentences.filter((sentence) => sentence.split(' ').length > 30)).toEqual([]);
    expect(sentences.filter((sentence) => BANNED.test(sentence))).toEqual([]);
  });

  test('README.md is short, and shows how to start and how to test', () => {
    const text = read('README.md');
    expect(text.split('\n').length).toBeLessThanOrEqual(91);
    expect(text.split(/\s+/).length).toBeLessThanOrEqual(700);
    expect(text).toContain('npm ci && npm start\n');
    expect(text).toContain('npm ci && npm test\n');
  });
});

/** The sentences of a document's paragraphs and list items; tables and code are none. */
function sentencesOf(text: string): readonly string[] {
  return withoutCode(text)
    .split(/\n\s*\n|\n(?=\s*(?:[-*]|\d+\.|\||#))/)
    .filter((part) => !/^\s*\|/.test(part))
    .map((part) => part.replace(/\[([^\]]*)\]\([^)]*\)/g, '$1').replace(/`[^`]*`/g, 'x'))
    .flatMap((part) =>
      part
        .trim()
        .split(/\s+/)
        .join(' ')
        .split(/(?<=[.!?:]) /),
    );
}

describe('reference', () => {
  const errors = read('docs/reference/errors.md');

  test('configuration.md has every variable of config.ts, and no other', () => {
    const variables = found(read('src/config.ts'), /^ {2}(CUTTER_[A-Z_]+):/gm);
    expect(found(read('docs/reference/configuration.md'), /\*\*`(CUTTER_[A-Z_]+)`\*\*/g)).toEqual(variables);
  });

  test('errors.md has every refusal of the API, and no other', () => {
    const refusals = found(read('schema.graphql'), /^type (\w+) implements Refusal/gm);
    expect(found(errors, /^### (\w+)$/gm)).toEqual(refusals);
  });

  test('errors.md has every guard', () => {
    const guards = found(read('src/law/refusals.ts'), /'(G-[A-Z-]+)'/g);
    expect(guards.length).toBeGreaterThan(4);
    expect(found(errors, /\*\*`(G-[A-Z-]+)`\*\*/g)).toEqual(guards);
  });

  test('errors.md has every alarm', () => {
    const alarms = foundInSources(/alarm: (?:[^,'\n]*\? )?'([A-Z_]+)'/g);
    expect(alarms.length).toBeGreaterThan(15);
    expect(alarms.filter((alarm) => !errors.includes(`\`${alarm}\``))).toEqual([]);
  });

  test('errors.md has every code of an error', () => {
    const codes = [
      ...foundInSources(/DoorRefusal\(\s*\d{3},\s*'([A-Z_]+)'/g),
      ...foundInSources(/(?:operationRefusal|tooLarge)\(\s*'([A-Z_]+)'/g),
      ...foundInSources(/(?:extensions: \{|extensions\['code'\] \?\?=) *(?:code: )?'([A-Z_]+)'/g),
    ];
    expect(codes.length).toBeGreaterThan(20);
    expect(codes.filter((code) => !errors.includes(`\`${code}\``))).toEqual([]);
  });

  test('api.md names every mutation and every query', () => {
    const api = read('docs/reference/api.md');
    const schema = read('schema.graphql');
    const fields = ['Mutation', 'Query'].flatMap((type) => {
      const body = new RegExp(`^type ${type} \\{(.*?)^\\}`, 'ms').exec(schema)?.[1] as string;
      return found(body, /^ {2}(\w+)[(:]/gm);
    });
    const plurals = fields.filter((name) => !fields.some((other) => isPluralOf(other, name)));
    expect(plurals.length).toBeGreaterThan(25);
    expect(plurals.filter((name) => !api.includes(`\`${name}\``))).toEqual([]);
  });

  test('dependencies.md gives a reason for every package, and for no other', () => {
    const { dependencies, devDependencies } = JSON.parse(read('package.json'));
    const lines = found(read('docs/dependencies.md'), /^- ((?:`[^`]+`(?:, )?)+): /gm);
    const named = lines.flatMap((line) => found(line, /`([^`]+)`/g)).sort();
    expect(named).toEqual([...Object.keys(dependencies), ...Object.keys(devDependencies)].sort());
  });
});

/** Whether one field lists what the other looks up; api.md names the lists. */
function isPluralOf(list: string, one: string): boolean {
  return [`${one}s`, `${one.slice(0, -1)}ies`, `${one}es`].includes(list) || `${list}Row` === one;
}

describe('cli.md has every command with every option, and no other', () => {
  const page = read('docs/reference/cli.md');
  const sections = new Map(
    page
      .split(/^## /m)
      .slice(1)
      .map((section) => [/^`cutter ([a-z]+(?: [a-z]+)?)/.exec(section)?.[1] ?? '', section]),
  );
  const commandsIn = (text: string) =>
    found(text.split('\nCommands:\n')[1] ?? '', /^ {2}([a-z]+)/gm).filter((name) => name !== 'help');

  test('commands', async () => {
    const commands = [];
    for (const name of commandsIn(await helpText([]))) {
      const below = commandsIn(await helpText([name]));
      commands.push(...(below.length === 0 ? [name] : below.map((one) => `${name} ${one}`)));
    }
    expect([...sections.keys()].filter((name) => name !== '').sort()).toEqual([...commands].sort());
  });

  test.each([...sections.keys()].filter((name) => name !== ''))('%s', async (command) => {
    const isOption = /^ {2}(?:-\w, )?(--[a-z-]+)/gm;
    const options = found(await helpText(command.split(' ')), isOption).filter((name) => name !== '--help');
    expect(found(sections.get(command) ?? '', /^- `(?:-\w, )?(--[a-z-]+)/gm)).toEqual(options);
  });
});

/** What `cutter COMMAND --help` prints. The program listens to its streams for as long as it lives; here they outlive it. */
async function helpText(command: readonly string[]): Promise<string> {
  let text = '';
  const write = vi.spyOn(process.stdout, 'write').mockImplementation((chunk) => {
    text += chunk;
    return true;
  });
  const streams = [process.stdout, process.stderr].map((stream) => ({
    stream,
    own: stream.listeners('error'),
  }));
  try {
    await runProgram(['node', 'cutter', ...command, '--help']);
  } finally {
    write.mockRestore();
    for (const { stream, own } of streams)
      for (const listener of stream.listeners('error'))
        if (!own.includes(listener)) stream.off('error', listener as () => void);
  }
  return text;
}
