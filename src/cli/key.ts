/**
 * `cutter key`: shows, registers, exports, rotates and revokes the lanes' keys, as the database's owner, with the
 * server running or not.
 */
import type pg from 'pg';
import { addApproverKey } from '../boot/approver-key.ts';
import type { Config } from '../config.ts';
import { ownerClient } from '../database/owner.ts';
import { exportStatementKey } from '../keys/export-key.ts';
import { readRegistry } from '../keys/registry-keys.ts';
import { registerHeldKeys, revokeHeldKey, rotateKey } from '../keys/rotate-keys.ts';
import { KEY_PURPOSES, type KeyPurpose, LANES, type Lane } from '../law/values.ts';
import { findDatabase } from './find-database.ts';
import { foldedText } from './terminal/columns.ts';
import { commandText } from './terminal/command-text.ts';
import { faultSentence } from './terminal/sentence.ts';
import { linePrinter } from './terminal/terminal.ts';

export type KeyOrder =
  | { readonly order: 'list' }
  | { readonly order: 'register' }
  | {
      readonly order: 'rotate';
      readonly lane: string;
      readonly purpose: string;
      readonly reason: string | null;
    }
  | {
      readonly order: 'export';
      readonly lane: string;
      readonly out: string;
      readonly isMoved: boolean;
    }
  | { readonly order: 'add'; readonly name: string; readonly publicKey: string }
  | { readonly order: 'revoke'; readonly keyId: string; readonly reason: string };

/** Resolves with the exit code: 0 where it was done, 1 with a sentence where it wasn't. */
export async function runKeyOrder(
  order: KeyOrder,
  config: Config,
  print: (line: string) => void = linePrinter(false),
  printError: (line: string) => void = (line) => process.stderr.write(`${line}\n`),
): Promise<0 | 1> {
  try {
    const found = await findDatabase(config);
    try {
      for (const line of await asOwner(found.ownerUrl, (owner) => carryOut(order, owner, config.home)))
        print(line);
      return 0;
    } finally {
      await found.close();
    }
  } catch (error) {
    printError(foldedText(`cutter: ${faultSentence(error, config)}`));
    return 1;
  }
}

async function carryOut(order: KeyOrder, owner: pg.Client, home: string): Promise<readonly string[]> {
  await refuseWithoutLedger(owner);
  switch (order.order) {
    case 'list':
      return await keyLines(owner);
    case 'register':
      return await registerHeldKeys(owner, home);
    case 'rotate': {
      const [lane, purpose] = [laneOf(order.lane), purposeOf(order.purpose)];
      return await rotateKey(owner, { home, lane, purpose, reason: order.reason });
    }
    case 'export': {
      const { out, isMoved } = order;
      return await exportStatementKey(owner, { home, lane: laneOf(order.lane), out, isMoved });
    }
    case 'add':
      return await addApproverKey(owner, order);
    case 'revoke':
      return await revokeHeldKey(owner, { home, keyId: order.keyId, reason: order.reason });
  }
}

async function refuseWithoutLedger(owner: pg.Client): Promise<void> {
  const { rows } = await owner.query<{ there: boolean }>(
    `/* key.ledger */ select to_regclass('cutter_log.tree_head') is not null as there`,
  );
  if (rows[0]?.there !== true)
    throw new Error(
      `This database holds no ledger of this version yet. Start the server once with "${commandText('start')}".`,
    );
}

async function keyLines(owner: pg.Client): Promise<readonly string[]> {
  const rows = await readRegistry(owner);
  if (rows.length === 0)
    return [
      'No key is registered yet. Once a lane has a principal, "cutter key register" gives it its keys.',
    ];
  return rows.map(({ key_id, lane, purpose, from_position, until_position, recorded }) => {
    const end = until_position === null ? 'in force' : `until ${until_position}`;
    const note = recorded ? '' : ' (not in the log)';
    return `${lane} ${purpose.padEnd(10)} ${key_id}  from ${from_position}, ${end}${note}`;
  });
}

function laneOf(text: string): Lane {
  const lane = LANES.find((one) => one === text);
  if (lane === undefined) throw new Error(`${text} is not a lane. The lanes are ${LANES.join(' and ')}.`);
  return lane;
}

function purposeOf(text: string): KeyPurpose {
  const purpose = KEY_PURPOSES.find((one) => one === text);
  if (purpose === undefined)
    throw new Error(`${text} is not a purpose of a key. The purposes are ${KEY_PURPOSES.join(' and ')}.`);
  return purpose;
}

async function asOwner<T>(url: string, work: (owner: pg.Client) => Promise<T>): Promise<T> {
  const owner = ownerClient(url, 'cutter key');
  owner.on('error', () => {});
  await owner.connect();
  try {
    return await work(owner);
  } finally {
    await owner.end();
  }
}
