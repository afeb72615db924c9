/** Sessions of the lanes' logins on a database of the file's own, and rows that stand in it. */
import pg from 'pg';
import { afterAll, expect } from 'vitest';
import { testDatabase } from '../harness/database.ts';
import { insertRow, rows, type Values } from '../harness/rows.ts';

export const db = await testDatabase();
export const exec = await session(db.urls.exec);
export const verify = await session(db.urls.verify);
export const gate = await session(db.urls.gate);
afterAll(async () => {
  for (const client of [exec, verify, gate]) await client.end();
});

export const LEDGER = 'cutter_governance';
export const DENIED = { code: '42501' };
export const LONG_AGO = '1970-01-01T00:00:00Z';

async function session(url: string | null): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: url as string });
  await client.connect();
  return client;
}

/** Runs in a transaction that is undone. */
export async function undone<T>(client: pg.Client, work: () => Promise<T>): Promise<T> {
  await client.query('begin');
  try {
    return await work();
  } finally {
    await client.query('rollback');
  }
}

export async function takes(client: pg.Client, table: string, row: Values): Promise<void> {
  await undone(client, () => insertRow(client, table, row));
}

export async function refuses(client: pg.Client, table: string, row: Values): Promise<void> {
  await expect(takes(client, table, row)).rejects.toMatchObject(DENIED);
}

/** A row that stands, written by the owner, whom no policy holds. */
export async function standing(table: string, row: Values): Promise<Values> {
  await insertRow(db.superuser, table, row);
  return row;
}

export async function entryIn(status: string, over: Values = {}): Promise<unknown> {
  return (await standing(`${LEDGER}.decision_backlog_entry`, rows.entry({ status, ...over })))['entry_id'];
}

/** A cut that stands: its signature. */
export async function cut(): Promise<Values> {
  const signature = await standing(`${LEDGER}.dot_pair_signature`, rows.signature('DOT-991'));
  await standing(`${LEDGER}.cut_change_set`, rows.changeSet(signature));
  return signature;
}

/** A signature that stands, for a change set yet to be written. */
export async function signed(): Promise<Values> {
  return await standing(`${LEDGER}.dot_pair_signature`, rows.signature('DOT-991'));
}
