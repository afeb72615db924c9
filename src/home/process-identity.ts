import { execFileSync } from 'node:child_process';
import { readFileSync, readlinkSync } from 'node:fs';

/** Whether a process with this number lives. One that belongs to somebody else lives too. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/**
 * When a process began, as opaque text that differs for the next process of the same number. Numbers are used again,
 * most of all after a restart of the machine. Null where the process is gone.
 */
export function startOf(pid: number): string | null {
  if (process.platform === 'linux') {
    try {
      const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
      const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
      if (fields[0] === 'Z') return null; // ended, and not yet reaped
      return `${readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()}:${fields[19]}`;
    } catch {
      return null;
    }
  }
  if (!isAlive(pid)) return null;
  if (process.platform === 'win32') return 'alive';
  return outputOf('ps', ['-o', 'lstart=', '-p', String(pid)]);
}

/** Whether the process is the postmaster that serves `data`. */
export function isPostmasterOf(pid: number, data: string): boolean {
  if (startOf(pid) === null) return false;
  if (process.platform === 'linux') {
    try {
      return readlinkSync(`/proc/${pid}/cwd`) === data;
    } catch {
      // Another user's process doesn't show its folder; its command line is open.
      return commandLine(pid).includes(data);
    }
  }
  return outputOf('ps', ['-o', 'args=', '-p', String(pid)])?.includes(data) ?? false;
}

/**
 * The program of ours that started a postmaster and still lives; null for an orphan, and where the system doesn't
 * say.
 */
export function liveStarterOf(pid: number): number | null {
  if (process.platform !== 'linux') return null;
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const parent = Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
    // An orphan goes to the system's first process, or to one that collects them; neither is Node's.
    return parent > 1 && /(^|\/)node\0/.test(commandLine(parent)) ? parent : null;
  } catch {
    return null;
  }
}

function commandLine(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8');
  } catch {
    return '';
  }
}

function outputOf(command: string, args: string[]): string | null {
  try {
    return (
      execFileSync(command, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim() || null
    );
  } catch {
    return null;
  }
}
