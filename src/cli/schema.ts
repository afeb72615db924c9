import { lexicographicSortSchema, printSchema } from 'graphql';
import { schema } from '../schema/index.ts';

/** The schema as SDL, sorted, so that it changes only where the API does. */
export function printApi(): string {
  return `${printSchema(lexicographicSortSchema(schema))}\n`;
}
