/** A program of its own for the tests of the embedded server: starts it, says so on one line, and runs until it is ended. */
import { startEmbedded } from '../../src/database/cluster/embedded.ts';

const home = process.argv[2] as string;
const lines: string[] = [];
try {
  const server = await startEmbedded({ home, log: (line) => lines.push(line) });
  process.stdout.write(`${JSON.stringify({ ownerUrl: server.ownerUrl, pid: server.pid, lines })}\n`);
  setInterval(() => {}, 1_000_000); // a program with something to do
} catch (error) {
  process.stdout.write(`${JSON.stringify({ error: (error as Error).message })}\n`);
  process.exitCode = 1;
}
