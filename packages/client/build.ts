/**
 * Builds the package into `dist`: its doors as modules that run in Node and in browsers, their types, and the schema.
 * What isn't among the package's dependencies is bundled, and Node's own modules are replaced as on the page that
 * verifies passports.
 */
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildSchema, introspectionFromSchema } from 'graphql';
import { build } from 'vite';

const here = (name: string) => fileURLToPath(new URL(name, import.meta.url));
const { dependencies } = JSON.parse(readFileSync(here('package.json'), 'utf8'));
/** A project that generates code has the generator. */
const EXTERNAL = [...Object.keys(dependencies), '@graphql-codegen/client-preset'];
const DOORS = ['index', 'operations', 'verify', 'apollo', 'graphcache', 'codegen'];

rmSync(here('dist'), { recursive: true, force: true });
await bundleDoors();
writeTypes();
writeSchema();

async function bundleDoors(): Promise<void> {
  const bundled = new Set<string>();
  await build({
    configFile: false,
    logLevel: 'warn',
    root: here('.'),
    resolve: {
      alias: {
        'node:crypto': here('../../src/passport/page/crypto.ts'),
        'buffer-of-browsers': 'buffer/index.js',
      },
    },
    plugins: [
      {
        name: 'what-is-bundled',
        moduleParsed: ({ id }) => {
          const [, name] = /.*\/node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(id) ?? [];
          if (name !== undefined) bundled.add(name);
        },
      },
    ],
    build: {
      outDir: here('dist'),
      emptyOutDir: false,
      target: 'es2022',
      minify: false,
      lib: {
        entry: Object.fromEntries(DOORS.map((door) => [door, here(`src/${door}.ts`)])),
        formats: ['es'],
      },
      rolldownOptions: {
        external: (id) => EXTERNAL.some((name) => id === name || id.startsWith(`${name}/`)),
        output: { chunkFileNames: 'parts/[name]-[hash].js' },
        transform: { inject: { Buffer: ['buffer-of-browsers', 'Buffer'] } },
      },
    },
  });
  writeFileSync(here('dist/licences.txt'), [...bundled].sort().map(licenceOf).join('\n\n'));
}

/** The licence of a package whose code is in the bundle. */
function licenceOf(name: string): string {
  const folder = here(`../../node_modules/${name}`);
  const file = readdirSync(folder).find((one) => /^licen[cs]e/i.test(one));
  const { version } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  return `${name} ${version}\n\n${file === undefined ? '' : readFileSync(join(folder, file), 'utf8')}`;
}

/** The declarations that the doors lead to, and no others. */
function writeTypes(): void {
  const { status } = spawnSync(`tsc -p "${here('tsconfig.json')}"`, { stdio: 'inherit', shell: true });
  if (status !== 0) throw new Error('The types were not made.');
  const all = here('dist/all-types');
  const due = DOORS.map((door) => join(all, relative(here('../..'), here(`src/${door}.d.ts`))));
  const done = new Set<string>();
  for (let path = due.pop(); path !== undefined; path = due.pop()) {
    if (done.has(path)) continue;
    done.add(path);
    const text = withOwnTypes(readFileSync(path, 'utf8'));
    const to = join(here('dist/types'), relative(all, path));
    mkdirSync(dirname(to), { recursive: true });
    writeFileSync(to, text);
    for (const [, from] of text.matchAll(/from ['"](\.[^'"]+)\.js['"]/g))
      due.push(join(dirname(path), `${from}.d.ts`));
  }
  rmSync(all, { recursive: true });
}

/** Imports name the files beside them; the one type of another package is written out. */
function withOwnTypes(text: string): string {
  return text
    .replaceAll(/(from ['"]\.[^'"]+)\.ts(['"])/g, '$1.js$2')
    .replace(
      /import (?:type )?\{ (?:type )?DocumentTypeDecoration \} from '@graphql-typed-document-node\/core';/,
      'interface DocumentTypeDecoration<Result, Variables> {\n' +
        '    readonly __apiType?: (variables: Variables) => Result;\n}',
    );
}

/** The schema, and its introspection without descriptions for tools that read JSON. */
function writeSchema(): void {
  const text = readFileSync(here('../../schema.graphql'), 'utf8');
  const introspection = introspectionFromSchema(buildSchema(text), { descriptions: false });
  cpSync(here('../../schema.graphql'), here('dist/schema.graphql'));
  writeFileSync(here('dist/schema.json'), JSON.stringify(introspection));
}
