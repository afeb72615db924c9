import { type ServerProcess, spareServer } from './crash-processes.ts';
import type { Assignment } from './crash-server.ts';
import type { Seeded } from './seeded.ts';

/** How a storm takes servers away. */
export const BLOWS = ['close one', 'kill one', 'kill both', 'roll both'] as const;
export type Blow = (typeof BLOWS)[number];

/** Two server processes on one database, of which now one and now both are taken away and replaced. */
export interface StormServers {
  /** The URL of one that is meant to serve now. */
  url(): string;
  strike(blow: Blow): Promise<void>;
  /** With what statuses those ended that were asked to close. */
  readonly statuses: readonly (number | null)[];
  stop(): Promise<void>;
}

export async function stormServers(assignment: Assignment, chance: Seeded): Promise<StormServers> {
  // The next process stands ready, so that a server is away only as long as it takes to open a ledger.
  const spares = [spareServer(), spareServer()];
  async function fresh(): Promise<ServerProcess> {
    const serve = spares.shift() as (typeof spares)[number];
    spares.push(spareServer());
    return serve(assignment);
  }
  const places = [await fresh(), await fresh()];
  const statuses: (number | null)[] = [];
  const server = (at: number): ServerProcess => places[at] as ServerProcess;

  async function replace(at: number, end: (server: ServerProcess) => Promise<unknown>): Promise<void> {
    await end(server(at));
    places[at] = await fresh();
  }
  const close = async (closing: ServerProcess): Promise<void> => {
    statuses.push(await closing.close());
  };
  const kill = (killed: ServerProcess): Promise<void> => killed.kill();
  /** The new one serves before the old one is asked to go. */
  async function roll(at: number): Promise<void> {
    const old = server(at);
    places[at] = await fresh();
    await close(old);
  }

  return {
    statuses,
    url: () => server(chance.between(0, 1)).url,
    async strike(blow) {
      const at = chance.between(0, 1);
      if (blow === 'close one') await replace(at, close);
      if (blow === 'kill one') await replace(at, kill);
      if (blow === 'kill both') await Promise.all([replace(0, kill), replace(1, kill)]);
      if (blow === 'roll both') {
        await roll(at);
        await roll(1 - at);
      }
    },
    stop: async () => {
      await Promise.all(places.map(kill));
    },
  };
}
