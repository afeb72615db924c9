import { writeFileSync } from 'node:fs';
import { lexicographicSortSchema, printSchema } from 'graphql';
import { schema } from '../schema/index.ts';

/** The schema as SDL, sorted, so that it changes only where the API does. */
export function printApi(): string {
  return `${printSchema(lexicographicSortSchema(schema))}\n`;
}

/** Prints the schema to a file, or to standard output. */
export function writeApi(file: string | null): void {
  const api = printApi();
  if (file === null) process.stdout.write(api);
  else writeFileSync(file, api);
}
