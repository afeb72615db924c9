import {
  closeSync,
  existsSync,
  fchmodSync,
  fchownSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import type { ClusterPlace } from './cluster-place.ts';

/** Passwords over loopback, and nothing else. */
const PG_HBA = `# Written by the ledger at every start.
host all all 127.0.0.1/32 scram-sha-256
`;

/** Written at every start. What an operator sets with ALTER SYSTEM is in postgresql.auto.conf, and wins. */
function configurationText(port: number): string {
  return `# Written by the ledger at every start; changes here are lost. ALTER SYSTEM lasts.
listen_addresses = '127.0.0.1'
port = ${port}
unix_socket_directories = ''
max_connections = 150
shared_buffers = '128MB'
max_wal_size = '1GB'
password_encryption = 'scram-sha-256'
fsync = on
full_page_writes = on
synchronous_commit = on
shared_preload_libraries = 'pg_stat_statements'
tcp_keepalives_idle = 10
tcp_keepalives_interval = 5
tcp_keepalives_count = 3
timezone = 'UTC'
log_timezone = 'UTC'
lc_messages = 'C'
log_line_prefix = '%m [%p] %u@%d '
log_checkpoints = off
`;
}

/** The port that the last start wrote; null before the first. */
export function configuredPort({ data }: ClusterPlace): number | null {
  const path = join(data, 'cutter.conf');
  const written = existsSync(path) ? /^port = (\d{1,5})$/m.exec(readFileSync(path, 'utf8')) : null;
  const port = Number(written?.[1] ?? 0);
  return port >= 1 && port <= 65_535 ? port : null;
}

/**
 * Writes PostgreSQL's configuration. Ours comes last, so it wins over what initdb chose for the same setting on this
 * machine.
 */
export function writeConfiguration(place: ClusterPlace, port: number): void {
  const { data } = place;
  writeOwned(place, join(data, 'cutter.conf'), configurationText(port));
  writeOwned(place, join(data, 'pg_hba.conf'), PG_HBA);
  const path = join(data, 'postgresql.conf');
  const given = readFileSync(path, 'utf8');
  if (!given.includes(INCLUDE)) writeOwned(place, path, given + INCLUDE);
}

/**
 * Writes a file for PostgreSQL's user alone, whatever the umask, and whole or not at all. Root never writes through a
 * name that the other user may have made a link of: the file is a new one.
 */
function writeOwned({ runAs }: ClusterPlace, path: string, text: string): void {
  const making = `${path}.new`;
  rmSync(making, { force: true });
  const file = openSync(making, 'wx', 0o600);
  try {
    writeSync(file, text);
    fchmodSync(file, 0o600);
    if (runAs) fchownSync(file, runAs.uid, runAs.gid);
  } finally {
    closeSync(file);
  }
  renameSync(making, path);
}

const INCLUDE = "\ninclude 'cutter.conf'\n";
