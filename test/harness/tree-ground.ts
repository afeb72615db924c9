import { type ChildProcess, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { startTreeFolder, type TreeFolder, type TreeFolderOptions } from '../../src/log/tree/tree-folder.ts';
import { leafHash, nodeHash } from '../../src/proof/merkle.ts';
import { heardLog } from '../log/log-ground.ts';
import type { TestDatabase } from './database.ts';

/** The hash of a record's body, as the logs of these tests hold it: of its position's number. */
function recordHashAt(position: number): Buffer {
  return createHash('sha256').update(`record ${position}`).digest();
}

export function leavesUntil(size: number): Buffer[] {
  return Array.from({ length: size }, (_, at) => leafHash(recordHashAt(at)));
}

/** As the owner: the log grows up to `size` positions, as if an integrator had moved that many. */
export async function growLog({ superuser }: TestDatabase, size: number): Promise<void> {
  await superuser.query(
    `with grown as (
      insert into cutter_log.log (position, record_id, record_hash, row_ids)
      select at, gen_random_uuid(), 'sha256:' || encode(sha256(convert_to('record ' || at, 'UTF8')), 'hex'), '{}'
      from generate_series((select next_position from cutter_log.head), $1::bigint - 1) at
    ) update cutter_log.head set next_position = $1`,
    [size],
  );
}

/** Every node that a tree over these leaves must have, and no other: `level/index` to its hash. */
export function everyNode(leaves: readonly Uint8Array[]): Map<string, string> {
  const nodes = new Map<string, string>();
  let row: readonly Uint8Array[] = leaves;
  for (let level = 0; row.length > 0; level += 1) {
    row.forEach((hash, index) => {
      nodes.set(`${level}/${index}`, Buffer.from(hash).toString('hex'));
    });
    const pairs = Math.floor(row.length / 2);
    const below = row;
    row = Array.from({ length: pairs }, (_, at) =>
      nodeHash(below[2 * at] as Uint8Array, below[2 * at + 1] as Uint8Array),
    );
  }
  return nodes;
}

export async function storedNodes({ superuser }: TestDatabase): Promise<Map<string, string>> {
  const { rows } = await superuser.query<{ node: string; hash: string }>(
    `select level || '/' || idx as node, encode(hash, 'hex') as hash from cutter_log.node`,
  );
  return new Map(rows.map(({ node, hash }) => [node, hash]));
}

export async function treeSize({ superuser }: TestDatabase): Promise<number> {
  const { rows } = await superuser.query<{ size: string }>('select size from cutter_log.tree_head');
  return Number(rows[0]?.size);
}

/** A folder that doesn't rest, and proposes every size. */
export function folderOf(database: TestDatabase, options: Partial<TreeFolderOptions> = {}): TreeFolder {
  return startTreeFolder({
    url: database.urls.integrator as string,
    log: heardLog(),
    pollMs: 10,
    restMs: 0,
    proposeMs: 0,
    ...options,
  });
}

/** Looks without a rest would take a processor from those who are waited for. */
export const LOOK_MS = 5;

/** Resolves when the tree has `size` leaves, whoever folds them. */
export async function folded(database: TestDatabase, size: number): Promise<void> {
  while ((await treeSize(database)) < size) await pause(LOOK_MS);
}

const PROCESS = fileURLToPath(new URL('./fold-process.ts', import.meta.url));

export interface FoldProcess {
  /** The next size that it committed; undefined when it has ended. */
  nextSize(): Promise<number | undefined>;
  /** kill -9; resolves when it is gone. */
  kill(): Promise<void>;
}

export function foldProcess(database: TestDatabase, batch: number): FoldProcess {
  const child: ChildProcess = spawn(process.execPath, [PROCESS], { stdio: ['pipe', 'pipe', 'inherit'] });
  child.stdin?.write(`${JSON.stringify({ url: database.urls.integrator, batch })}\n`);
  const gone = once(child, 'exit');
  const lines = createInterface({ input: child.stdout as NodeJS.ReadableStream })[Symbol.asyncIterator]();
  return {
    async nextSize() {
      const { value, done } = await lines.next();
      return done === true ? undefined : Number(value);
    },
    async kill() {
      child.kill('SIGKILL');
      await gone;
    },
  };
}
