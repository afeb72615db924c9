/** Makes the console: a page, one script and one style, of this origin alone. */
import { fileURLToPath } from 'node:url';
import { brotliCompressSync } from 'node:zlib';
import { build } from 'vite';

const here = (name: string) => fileURLToPath(new URL(name, import.meta.url));

/** A reader on a slow line waits for this much. */
const MOST_SCRIPT_BYTES = 150_000;

export interface BuiltConsole {
  /** Texts by their paths below the console's own. */
  readonly files: ReadonlyMap<string, string>;
  /** Of all scripts, compressed by Brotli. */
  readonly scriptBytes: number;
}

export async function buildConsole(): Promise<BuiltConsole> {
  const built = await build({
    configFile: false,
    logLevel: 'warn',
    root: here('..'),
    // Relative, so that the page runs under any path.
    base: './',
    publicDir: false,
    resolve: {
      alias: {
        'node:crypto': here('../../passport/page/crypto.ts'),
        'buffer-of-browsers': 'buffer/index.js',
      },
    },
    oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
    build: {
      write: false,
      target: 'es2022',
      // Nothing is inlined: the policy has no word for it.
      assetsInlineLimit: 0,
      modulePreload: { polyfill: false },
      rolldownOptions: { transform: { inject: { Buffer: ['buffer-of-browsers', 'Buffer'] } } },
    },
  });
  const [output] = Array.isArray(built) ? built : [built];
  if (output === undefined || !('output' in output)) throw new Error('The console was not built.');
  const files = new Map<string, string>();
  for (const file of output.output)
    files.set(file.fileName, file.type === 'chunk' ? file.code : textOf(file.source));
  const scriptBytes = [...files]
    .filter(([name]) => name.endsWith('.js'))
    .reduce((sum, [, text]) => sum + brotliCompressSync(text).byteLength, 0);
  if (scriptBytes > MOST_SCRIPT_BYTES)
    throw new Error(
      `The console's script has ${scriptBytes} compressed bytes, more than ${MOST_SCRIPT_BYTES}.`,
    );
  return { files, scriptBytes };
}

function textOf(source: string | Uint8Array): string {
  return typeof source === 'string' ? source : new TextDecoder().decode(source);
}
