/**
 * What the program logs, as people read it in a terminal: a line for each thing that happened, and a stack where
 * only a person can correct it.
 */
import { type Logger, pino } from 'pino';
import { loggedOfCall } from '../../doors/web/call.ts';

/**
 * Whole JSON, one object a line, where somebody asked for every detail; lines for people otherwise. A line of a request
 * has its id and its caller's address.
 */
export function openLogger(level: string): Logger {
  const whole = ['debug', 'trace'].includes(level);
  return pino(
    { level, mixin: loggedOfCall },
    whole ? pino.destination(2) : logLines((line) => process.stderr.write(line)),
  );
}

/** A stream for pino's records. A warning that says the same as the one before it is passed over. */
export function logLines(write: (line: string) => void): { write(record: string): void } {
  let before = '';
  return {
    write(record) {
      const {
        level,
        time: _time,
        pid: _pid,
        hostname: _host,
        msg,
        err,
        ...rest
      } = JSON.parse(record) as Entry;
      const isError = level >= ERROR;
      const said = [msg, err?.message].filter((part) => part !== undefined).join(': ');
      const details = isError && Object.keys(rest).length > 0 ? ` ${JSON.stringify(rest)}` : '';
      const stack = isError ? framesOf(err?.stack) : '';
      const line = `cutter: ${nameOf(level)}: ${said}${details}${stack}\n`;
      if (line === before && !isError) return;
      before = line;
      write(line);
    },
  };
}

const ERROR = 50;

interface Entry extends Readonly<Record<string, unknown>> {
  readonly level: number;
  readonly msg?: string;
  readonly err?: { readonly message?: string; readonly stack?: string };
}

function nameOf(level: number): string {
  if (level >= ERROR) return 'error';
  return level >= 40 ? 'warning' : 'note';
}

/** Without the message, which is printed before it. */
function framesOf(stack: string | undefined): string {
  const frames = stack?.split('\n').filter((line) => /^\s+at /.test(line)) ?? [];
  return frames.map((frame) => `\n${frame}`).join('');
}
