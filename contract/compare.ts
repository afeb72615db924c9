/**
 * `npm run contract [-- --accept | --landed]`: what a client of the last landing meets. Compares `schema.graphql` with
 * that landing's schema and ends with 1 where a breaking change isn't in `accepted.txt`, or a line there names none.
 * `--accept` writes the file anew, for the reviewer to read; `--landed` begins the next comparison.
 */
import { copyFileSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { type Change, CriticalityLevel, diff } from '@graphql-inspector/core';
import { ACCEPTED, CURRENT, LANDED, linesIn, schemaIn } from './files.ts';
import { faultsOf } from './lint.ts';

const { values } = parseArgs({
  options: { accept: { type: 'boolean', default: false }, landed: { type: 'boolean', default: false } },
});

if (values.landed) {
  copyFileSync(CURRENT, LANDED);
  writeFileSync(ACCEPTED, '');
}
const changes = await diff(schemaIn(LANDED), schemaIn(CURRENT));
const of = (level: CriticalityLevel) => changes.filter(({ criticality }) => criticality.level === level);
const breaking = of(CriticalityLevel.Breaking).map(textOf).sort();
if (values.accept) writeFileSync(ACCEPTED, breaking.map((line) => `${line}\n`).join(''));
const accepted = linesIn(ACCEPTED);
const unmeant = breaking.filter((line) => !accepted.includes(line));
const gone = accepted.filter((line) => !breaking.includes(line));
const faults = faultsOf(schemaIn(CURRENT));

for (const line of unmeant) console.log(`breaking: ${line}`);
for (const line of gone) console.log(`accepted.txt names a change that there isn't: ${line}`);
for (const fault of faults) console.log(`rule: ${fault}`);
console.log(
  `Since the last landing: ${breaking.length} breaking changes, ${unmeant.length} of them not accepted, ` +
    `${of(CriticalityLevel.Dangerous).length} dangerous, ${of(CriticalityLevel.NonBreaking).length} harmless. ` +
    `${faults.length} faults against the schema's rules.`,
);
if (unmeant.length + gone.length + faults.length > 0) {
  console.log(
    'If a breaking change is meant, say so in CHANGELOG.md, run "npm run contract -- --accept", and commit.',
  );
  process.exitCode = 1;
}

function textOf({ path, message }: Change): string {
  return `${path ?? ''}: ${message}`.replace(/\s+/g, ' ');
}
