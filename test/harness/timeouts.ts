/**
 * How long tests wait. A limit ends what hangs; no test asserts a time by one. Every test has TEST_MS, unless it or its
 * file takes another name, for the reason given here. Each name is ten times what its slowest test takes alone, or more.
 */
import { availableParallelism, loadavg } from 'node:os';

const ALONE_MS = 20_000;
const MOST_BUSY = 6;

/** A machine that has more to do than it has processors takes longer for everything. */
function busyFactor(): number {
  const [load = 0] = loadavg();
  return Math.min(Math.max(1, load / availableParallelism()), MOST_BUSY);
}

/** 20 s on a machine that has nothing else to do. */
export const TEST_MS = Math.ceil(ALONE_MS * busyFactor());

/** A hook copies a database, bootstraps it, starts a server and writes a first ledger. PostgreSQL makes one copy at a time. */
export const MAKES_A_LEDGER_MS = 180_000;

/** Other connections and processes act when it is their turn: a record reaches the log, a stream ends, a server is back. */
export const WAITS_FOR_OTHERS_MS = 120_000;

/** Hundreds of rounds of a race, or of calls with random input, go through the server and the database. */
export const RUNS_HUNDREDS_OF_ROUNDS_MS = 300_000;

/** Each run of a program starts Node and reads the sources, and a test runs several. */
export const RUNS_PROGRAMS_MS = 300_000;

/** Clusters are made, copied, stopped, killed and recover. All of that waits for the disk. */
export const RESTARTS_POSTGRES_MS = 600_000;

/** The whole ledger is read and checked again after each of many faults. */
export const CHECKS_AFTER_EACH_FAULT_MS = 900_000;

/** One thread judges thousands of changed signatures, proofs or documents, one after the other. */
export const JUDGES_THOUSANDS_MS = 600_000;

/** A plan of the most units that one may have: 200,000. */
export const PLANS_THE_MOST_UNITS_MS = 180_000;

/** A liar is given up after seconds, and a test may have to do with dozens. */
export const OUTLASTS_LIARS_MS = 300_000;

/** Chromium starts, compiles a page and waits for what the page waits for. */
export const RUNS_A_BROWSER_MS = 300_000;

/** A document's commands start ledgers, check types and judge passports, one after the other. */
export const RUNS_A_DOCUMENT_MS = 600_000;

/** Forty megabytes pass five readers. */
export const PASSES_MEGABYTES_MS = 900_000;

/** Thousands of phases pass while servers and PostgreSQL are killed: a minute alone. */
export const OUTLASTS_A_STORM_MS = 1_200_000;
