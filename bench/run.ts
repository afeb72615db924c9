/** `npm run bench`: every claim about speed is a ratio against a limit or a peer, measured side by side in one run. */
import { openGround } from './ground.ts';

const all: Readonly<
  Record<string, () => Promise<(ground: Awaited<ReturnType<typeof openGround>>) => Promise<void>>>
> = {
  cycle: async () => (await import('./cycle.ts')).benchCycle,
  log: async () => (await import('./log.ts')).benchLog,
  shape: async () => (await import('./shape.ts')).benchShape,
  audit: async () => (await import('./audit.ts')).benchAudit,
  tree: async () => (await import('./tree.ts')).benchTree,
  lists: async () => (await import('./lists.ts')).benchLists,
  page: async () => (await import('./page.ts')).benchPage,
  reads: async () => (await import('./reads.ts')).benchReads,
  delivery: async () => (await import('./delivery.ts')).benchDelivery,
  abuse: async () => (await import('./abuse.ts')).benchAbuse,
  bulk: async () => (await import('./bulk.ts')).benchBulk,
  growth: async () => (await import('./growth.ts')).benchGrowth,
  large: async () => (await import('./large.ts')).benchLarge,
  fsck: async () => (await import('./fsck.ts')).benchFsck,
};

/** These need no database. */
const pure: Readonly<Record<string, () => Promise<() => void>>> = {
  plan: async () => (await import('./plan.ts')).benchPlan,
};

const wanted = process.argv.slice(2);
for (const [name, load] of Object.entries(pure))
  if (wanted.length === 0 || wanted.includes(name)) (await load())();
if (wanted.length > 0 && wanted.every((name) => name in pure)) process.exit();
const ground = await openGround();
try {
  for (const [name, load] of Object.entries(all)) {
    if (wanted.length > 0 && !wanted.includes(name)) continue;
    await (await load())(ground);
  }
} finally {
  await ground.close();
}
