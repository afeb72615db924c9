/** `npm run bench`: every claim about speed is a ratio against a limit or a peer, measured side by side in one run. */
import { openGround } from './ground.ts';

const all: Readonly<
  Record<string, () => Promise<(ground: Awaited<ReturnType<typeof openGround>>) => Promise<void>>>
> = {
  cycle: async () => (await import('./cycle.ts')).benchCycle,
  log: async () => (await import('./log.ts')).benchLog,
  tree: async () => (await import('./tree.ts')).benchTree,
  lists: async () => (await import('./lists.ts')).benchLists,
  page: async () => (await import('./page.ts')).benchPage,
  reads: async () => (await import('./reads.ts')).benchReads,
  delivery: async () => (await import('./delivery.ts')).benchDelivery,
  abuse: async () => (await import('./abuse.ts')).benchAbuse,
  fsck: async () => (await import('./fsck.ts')).benchFsck,
};

const wanted = process.argv.slice(2);
const ground = await openGround();
try {
  for (const [name, load] of Object.entries(all)) {
    if (wanted.length > 0 && !wanted.includes(name)) continue;
    await (await load())(ground);
  }
} finally {
  await ground.close();
}
