/** Which servers of a home run, and where: each keeps a file in `<home>/servers` while it listens. */
import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { folderOf } from './home-folder.ts';
import { writePrivateFile } from './private-file.ts';
import { startOf } from './process-identity.ts';

export interface HomeServer {
  /** GraphQL's URL, as a program on this machine dials it. */
  readonly url: string;
  readonly pid: number;
}

const shape = z.object({
  url: z.url(),
  pid: z.int(),
  start: z.string(),
  listeningSince: z.number(),
  /** Another one in a file that came along with a copy of a home. */
  folder: z.string(),
});
const filesOf = (home: string) => join(home, 'servers');

/**
 * Shows programs of this home where this process listens, until `withdraw`. It removes what killed servers left.
 */
export function announceServer(home: string, url: string): { withdraw(): void } {
  for (const { path } of serverFiles(home).filter(({ isAlive }) => !isAlive)) rmSync(path, { force: true });
  const path = join(filesOf(home), `${process.pid}.json`);
  const { pid } = process;
  const mine = {
    url: dialledAs(url),
    pid,
    start: startOf(pid),
    listeningSince: Date.now(),
    folder: folderOf(home),
  };
  writePrivateFile(path, `${JSON.stringify(mine)}\n`);
  return { withdraw: () => rmSync(path, { force: true }) };
}

/** The servers of a home that run now, the newest first. A file of a process that was killed counts for nothing. */
export function runningServers(home: string): readonly HomeServer[] {
  return serverFiles(home)
    .filter(({ isAlive }) => isAlive)
    .flatMap(({ server }) => server ?? [])
    .sort((one, other) => other.listeningSince - one.listeningSince);
}

function serverFiles(home: string) {
  return serverFileNames(home).map((name) => {
    const path = join(filesOf(home), name);
    const server = readServerFile(path);
    const isAlive =
      server !== null && startOf(server.pid) === server.start && server.folder === folderOf(home);
    return { path, server, isAlive };
  });
}

function serverFileNames(home: string): readonly string[] {
  try {
    return readdirSync(filesOf(home)).filter((name) => /^\d+\.json$/.test(name));
  } catch {
    return [];
  }
}

function readServerFile(path: string): z.infer<typeof shape> | null {
  try {
    return shape.safeParse(JSON.parse(readFileSync(path, 'utf8'))).data ?? null;
  } catch {
    return null;
  }
}

/** Who listens at every address of a machine is dialled at its own. */
function dialledAs(url: string): string {
  return url.replace('//0.0.0.0:', '//127.0.0.1:').replace('//[::]:', '//[::1]:');
}
