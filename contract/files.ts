import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildSchema, type GraphQLSchema } from 'graphql';

/** The schema as it is committed, and as the last landing had it. */
export const CURRENT = join(import.meta.dirname, '../schema.graphql');
export const LANDED = join(import.meta.dirname, 'landed.graphql');
/** The breaking changes since then that are meant, a line each. */
export const ACCEPTED = join(import.meta.dirname, 'accepted.txt');

export function schemaIn(path: string): GraphQLSchema {
  return buildSchema(readFileSync(path, 'utf8'));
}

export function linesIn(path: string): string[] {
  return readFileSync(path, 'utf8').split('\n').filter(Boolean);
}
