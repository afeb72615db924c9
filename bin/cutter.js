#!/usr/bin/env node
/**
 * The executable `cutter`, in JavaScript that old versions of Node can read. Under a Node that is too old it hands over to the one that
 * `npm ci` put beside it, or says which version is needed. A clone runs from its sources, so what runs is never older than them.
 */
import { spawn } from 'node:child_process';
import { existsSync, readFileSync, realpathSync } from 'node:fs';
import { createRequire } from 'node:module';
import { constants } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const root = dirname(dirname(realpathSync(fileURLToPath(import.meta.url))));
const needed = Number(/\d+/.exec(JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')).engines.node));
const isOld = (version) => Number(version.split('.')[0]) < needed;

if (!isOld(process.versions.node)) await import(pathToFileURL(program()).href);
else if (bundledNode() !== null) handOver(bundledNode());
else {
  process.stderr.write(
    `cutter: Node ${needed} or newer is needed; this is Node ${process.versions.node}.\nRun "npm ci" in ${root}, which installs one, or update Node.\n`,
  );
  process.exitCode = 1;
}

/** Node doesn't read TypeScript under node_modules: a package that was installed there has been built. */
function program() {
  const source = join(root, 'src', 'main.ts');
  const isInstalled = root.split(/[\\/]/).includes('node_modules');
  return !isInstalled && existsSync(source) ? source : join(root, 'dist', 'src', 'main.js');
}

/** The Node of the npm package `node`; null where there is none that will do. */
function bundledNode() {
  try {
    const manifest = createRequire(import.meta.url).resolve('node/package.json');
    const path = join(dirname(manifest), 'bin', process.platform === 'win32' ? 'node.exe' : 'node');
    return existsSync(path) && !isOld(JSON.parse(readFileSync(manifest, 'utf8')).version) ? path : null;
  } catch {
    return null;
  }
}

/** Signals reach the other program, and its end becomes this one's. */
function handOver(node) {
  const child = spawn(node, [program(), ...process.argv.slice(2)], { stdio: 'inherit' });
  // A terminal sends Ctrl-C to both; a second one from here would be taken for impatience.
  process.on('SIGINT', () => {});
  for (const signal of ['SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  child.on('error', (error) => {
    process.stderr.write(`cutter: ${node} can't be started (${error.code}).\n`);
    process.exitCode = 1;
  });
  child.on('close', (code, signal) => {
    process.exitCode = code ?? 128 + (constants.signals[signal ?? 'SIGTERM'] ?? 15);
  });
}
