/** How the process of `cutter start` ends: by a signal, by a defect, or because its database is gone. */
import { foldedText } from './terminal/columns.ts';

/** The first signal closes in order, the second at once. */
export function listenForSignals() {
  const controller = new AbortController();
  let hear = () => {};
  const heard = new Promise<void>((resolve) => {
    hear = resolve;
  });
  const end = () => {
    controller.abort();
    hear();
  };
  const onSignal = (name: NodeJS.Signals) => {
    if (controller.signal.aborted) process.exit(name === 'SIGINT' ? 130 : 143);
    end();
  };
  const names = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
  for (const name of names) process.on(name, onSignal);
  return {
    signal: controller.signal,
    heard,
    end,
    ignore: () => {
      for (const name of names) process.off(name, onSignal);
    },
  };
}

/** The reader of the output may go (a closed terminal, `| head`). The ledger goes on anyway. */
export function outliveTerminal(): void {
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {});
}

/**
 * After an error that nothing caught, the state of the process is unknown. The server reports it, closes everything in
 * order, and ends with a status that isn't 0.
 */
export function listenForDefects(end: () => void) {
  const onDefect = (error: unknown) => {
    process.exitCode = DEFECT_STATUS;
    process.stderr.write('cutter: A defect ended the program. Please report what follows.\n');
    console.error(error);
    end();
    // Closing may need just what broke.
    setTimeout(() => process.exit(DEFECT_STATUS), CLOSE_LIMIT_MS).unref();
  };
  for (const name of ['uncaughtException', 'unhandledRejection'] as const) process.on(name, onDefect);
  return {
    ignore: () => {
      for (const name of ['uncaughtException', 'unhandledRejection'] as const) process.off(name, onDefect);
    },
  };
}

/** A server can't work without its database. It closes, and its supervisor sees that from the status. */
export function endWithoutDatabase(end: () => void): (why: string) => void {
  return (why) => {
    process.exitCode = UNAVAILABLE;
    process.stderr.write(`${foldedText(`cutter: ${why}`)}\n`);
    end();
    setTimeout(() => process.exit(UNAVAILABLE), CLOSE_LIMIT_MS).unref();
  };
}

/** "Service unavailable" and "internal software error", as sysexits.h has them. */
const UNAVAILABLE = 69;
export const DEFECT_STATUS = 70;
const CLOSE_LIMIT_MS = 30_000;
