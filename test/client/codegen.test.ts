import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { generate, loadCodegenConfig } from '@graphql-codegen/cli';
import { buildSchema, lexicographicSortSchema, printSchema } from 'graphql';
import { describe, expect, test } from 'vitest';
import { printApi } from '../../src/cli/schema.ts';
import { apiDifferences } from '../harness/api-differences.ts';

const ROOT = new URL('../..', import.meta.url).pathname;
const GENERATED = 'src/client/generated/';
const FOLDERS = [GENERATED, 'src/console/generated/', 'packages/client/src/generated/'];
const NAMES = `${ROOT}../shared/api.graphql`;
const HOW = 'npm run codegen writes it anew';

const committed = readFileSync(`${ROOT}schema.graphql`, 'utf8');

describe('schema.graphql', () => {
  test('is what the code prints', () => {
    expect(printApi() === committed, `schema.graphql has drifted; ${HOW}`).toBe(true);
  });

  test('is printed in one order, whatever the order of the code', () => {
    expect(`${printSchema(lexicographicSortSchema(buildSchema(committed)))}\n` === committed).toBe(true);
  });

  test('describes every type, field, argument and value', () => {
    const undescribed = committed
      .split('\n')
      .filter((line, index, lines) => isDefinition(line) && !/"""\s*$/.test(lines[index - 1] ?? ''));
    expect(undescribed).toEqual([]);
  });

  test.skipIf(!existsSync(NAMES))(`has every name that others build on${missing()}`, () => {
    const differences = apiDifferences(promised(readFileSync(NAMES, 'utf8')), buildSchema(committed));
    expect(differences.filter((difference) => !LATER.includes(difference))).toEqual([]);
  });
});

describe('the typed client', () => {
  test('is what codegen makes of the committed schema and operations', async () => {
    const made = await regenerated();
    const here = FOLDERS.flatMap((folder) =>
      readdirSync(`${ROOT}${folder}`).map((name) => `${folder}${name}`),
    );
    expect([...made.keys()].sort()).toEqual(here.sort());
    for (const [name, content] of made) {
      const text = readFileSync(`${ROOT}${name}`, 'utf8');
      expect(content === text, `${name} has drifted; ${HOW}`).toBe(true);
    }
  });

  test('finds a drift: another schema makes another client', async () => {
    const other = committed.replaceAll('manifestDigest', 'planDigest');
    const made = await regenerated(other).then(
      (files) => files.get(`${GENERATED}graphql.ts`),
      () => null, // an operation that the schema no longer answers is a drift as well
    );
    expect(made).not.toBe(readFileSync(`${ROOT}${GENERATED}graphql.ts`, 'utf8'));
  });

  test('runs without a build: its syntax is erasable and its imports name files', async () => {
    const { stripTypeScriptTypes } = await import('node:module');
    for (const name of readdirSync(`${ROOT}${GENERATED}`)) {
      const text = readFileSync(`${ROOT}${GENERATED}${name}`, 'utf8');
      expect(() => stripTypeScriptTypes(text, { mode: 'strip' }), name).not.toThrow();
      const imports = [...text.matchAll(/from ['"](\.[^'"]*)['"]/g)].map((match) => match[1]);
      expect(imports.filter((path) => !path?.endsWith('.ts'))).toEqual([]);
    }
  });
});

/** Named in the first part of the list, and brought by a later version. */
const LATER: readonly string[] = ['Query.sweepPasses is missing'];

/** The first part of the list; what its later parts name is not built yet. */
const promised = (names: string): string => names.split(/^# Part 2\b/m)[0] ?? '';

function missing(): string {
  if (existsSync(NAMES)) return '';
  process.stdout.write('Skipped: ../shared/api.graphql is not here, so its names are not compared.\n');
  return ' (skipped: ../shared/api.graphql is not here)';
}

/** What codegen would write, by file name; nothing is written. */
async function regenerated(schema?: string): Promise<ReadonlyMap<string, string>> {
  const { config } = await loadCodegenConfig({ configFilePath: `${ROOT}codegen.yml` });
  const files = (await generate(
    {
      ...config,
      ...(schema === undefined ? {} : { schema }),
      cwd: ROOT,
      silent: true,
      errorsOnly: true,
    },
    false,
  )) as readonly { filename: string; content: string }[];
  return new Map(files.map(({ filename, content }) => [filename.replace(ROOT, ''), content]));
}

/** A line that begins a definition, inside a type or at the margin. */
function isDefinition(line: string): boolean {
  return /^(type|input|enum|union|interface|scalar) /.test(line) || /^ {2,4}\w+(\(|:|$)/.test(line);
}
