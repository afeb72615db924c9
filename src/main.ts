#!/usr/bin/env node
/** The program. Nothing is imported before the version of Node is known to be one that reads it. */
const NEEDED = 24;

if (Number(process.versions.node.split('.')[0]) >= NEEDED) {
  const { runProgram } = await import('./cli/program.ts');
  await runProgram(process.argv);
} else {
  process.stderr.write(
    `cutter: Node ${NEEDED} or newer is needed; this is Node ${process.versions.node}.\n` +
      '"npm ci" installs one beside Cutter, and bin/cutter.js uses it.\n',
  );
  process.exitCode = 1;
}

export {};
