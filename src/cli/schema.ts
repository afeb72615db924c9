import { writeFileSync } from 'node:fs';
import { lexicographicSortSchema, printSchema } from 'graphql';
import { reasonOf } from '../home/home-folder.ts';
import { schema } from '../resolvers/index.ts';

/** The schema as SDL, sorted, so that it changes only where the API does. */
export function printApi(): string {
  return `${printSchema(lexicographicSortSchema(schema))}\n`;
}

/** Prints the schema to a file, or to standard output. */
export function writeApi(file: string | null): void {
  const api = printApi();
  if (file === null) process.stdout.write(api);
  else {
    try {
      writeFileSync(file, api);
      process.stderr.write(`Wrote the API's schema to ${file}.\n`);
    } catch (error) {
      process.stderr.write(`cutter: ${file} can't be written: ${reasonOf(error)}.\n`);
      process.exitCode = 1;
    }
  }
}
