/**
 * Makes the page that verifies passports: one file with everything in it, from the same sources as the command line.
 */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { build } from 'vite';
import { sha256 } from '../../proof/digest.ts';

const here = (name: string) => fileURLToPath(new URL(name, import.meta.url));

/** One script without imports, for a browser. Its exports, if it has any, become members of a global of this name. */
export async function bundleScript(entry: string, name = 'page'): Promise<string> {
  const built = await build({
    configFile: false,
    logLevel: 'warn',
    root: here('.'),
    resolve: { alias: { 'node:crypto': here('crypto.ts') } },
    build: {
      write: false,
      target: 'es2022',
      lib: { entry: here(entry), formats: ['iife'], name },
    },
  });
  const [output] = Array.isArray(built) ? built : [built];
  if (output === undefined || !('output' in output)) throw new Error('The page was not bundled.');
  const [chunk, ...more] = output.output;
  if (more.length > 0) throw new Error('The page came out in several pieces.');
  // A script ends where its text says so, even inside a string.
  return chunk.code.replaceAll('</script', '<\\/script');
}

/**
 * The whole page. Its policy names its own script and style by their digests, and allows nothing else: no network, no
 * other code.
 */
export async function renderPage(): Promise<string> {
  const script = await bundleScript('main.ts');
  const style = readFileSync(here('page.css'), 'utf8');
  const policy = [
    "default-src 'none'",
    `script-src 'sha256-${sha256(script).toString('base64')}'`,
    `style-src 'sha256-${sha256(style).toString('base64')}'`,
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ');
  // By functions: a dollar sign has a meaning in a replacement text.
  return readFileSync(here('page.html'), 'utf8')
    .replace('Content-Security-Policy" content=""', () => `Content-Security-Policy" content="${policy}"`)
    .replace('<style></style>', () => `<style>${style}</style>`)
    .replace('<script></script>', () => `<script>${script}</script>`);
}
