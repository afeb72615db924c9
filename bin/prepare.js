/** `npm ci` ends with this: it builds what a package needs, where the tools for it were installed. */
import { spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';

const { resolve } = createRequire(import.meta.url);
const isInstalled = (tool) => {
  try {
    return resolve(`${tool}/package.json`) !== '';
  } catch {
    return false;
  }
};

const missing = ['typescript', 'vite'].filter((tool) => !isInstalled(tool));
if (missing.length === 0)
  process.exitCode = spawnSync('npm run build', { shell: true, stdio: 'inherit' }).status ?? 1;
else
  process.stdout.write(
    `Nothing is built without ${missing.join(' and ')} (--omit=dev). The program runs from its\nsources; only the page that verifies passports is missing.\n`,
  );
