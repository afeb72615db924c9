import { openDedicated } from '../database/connection.ts';
import { type Divergence, divergencesOf } from './divergence.ts';
import { liveShape, ratifiedShape, type ShapeReader } from './shape.ts';

const PLACE = `/* drift.place */ select quote_ident(current_database()) as database,
  (select nspowner::regrole::text from pg_catalog.pg_namespace where nspname = 'cutter_log') as owner`;

/**
 * What of the database isn't as the migrations of this version made it: relations, columns, constraints, indexes,
 * triggers, rules, functions, policies, grants, and the ledger's roles. It reads the catalogs alone: any login may.
 */
export async function checkDrift(reader: ShapeReader): Promise<readonly Divergence[]> {
  const { rows } = await reader.query<{ database: string; owner: string | null }>(PLACE, []);
  const { database, owner } = rows[0]!;
  return divergencesOf(ratifiedShape(), await liveShape(reader), { database, owner: owner ?? '$owner' });
}

/** The same on a connection of its own. @param url of the login cutter_evidence */
export async function readDrift(url: string): Promise<readonly Divergence[]> {
  const connection = await openDedicated(url, 'cutter_evidence', () => {});
  try {
    return await checkDrift(connection.client);
  } finally {
    await connection.close();
  }
}

/** The same for many callers: those who ask while a look is under way get what it finds. */
export function shareDrift(url: string): () => Promise<readonly Divergence[]> {
  let underWay: Promise<readonly Divergence[]> | null = null;
  return () => {
    underWay ??= readDrift(url).finally(() => {
      underWay = null;
    });
    return underWay;
  };
}
