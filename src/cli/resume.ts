/**
 * `cutter resume`: accepts, lane by lane, that a database that was set back, or a copy of one, goes on from where
 * it ends.
 */
import type pg from 'pg';
import { noteResumed } from '../boot/place.ts';
import type { Config } from '../config.ts';
import { ownerClient } from '../database/owner.ts';
import { poolUrls } from '../database/pools.ts';
import { heldKeys } from '../keys/custody.ts';
import { resumeRecordId } from '../law/resume-statement.ts';
import { EXECUTOR_LANE, LANES, type Lane } from '../law/values.ts';
import { seenInFile } from '../log/setback/kept-heads.ts';
import { type Accepted, acceptResumption } from '../log/setback/resume-accept.ts';
import { type Suspension, standingSuspension, suspendLedger } from '../log/setback/suspension.ts';
import { type FoundDatabase, findDatabase } from './find-database.ts';
import { foldedText } from './terminal/columns.ts';
import { commandText } from './terminal/command-text.ts';
import { faultSentence } from './terminal/sentence.ts';
import { askYesNo, processTerminal, type Terminal } from './terminal/terminal.ts';

export interface ResumeOptions {
  /** One lane alone; else each whose keys this home holds. */
  readonly lane?: string;
  readonly yes: boolean;
  readonly reason?: string;
}

/** Resolves with the exit code: 0 where nothing is left to accept in this home. */
export async function resumeLedger(
  options: ResumeOptions,
  config: Config,
  terminal: Terminal = processTerminal(),
): Promise<0 | 1> {
  const print = (line: string) => void terminal.output.write(`${foldedText(line)}\n`);
  try {
    const found = await findDatabase(config);
    try {
      return await acceptLanes(options, config, found, terminal, print);
    } finally {
      await found.close();
    }
  } catch (error) {
    process.stderr.write(`${foldedText(`cutter: ${faultSentence(error, config)}`)}\n`);
    return 1;
  }
}

async function acceptLanes(
  options: ResumeOptions,
  config: Config,
  found: FoundDatabase,
  terminal: Terminal,
  print: (line: string) => void,
): Promise<0 | 1> {
  const suspension = await withConnection(found.ownerUrl, (owner) =>
    lookForSuspension(owner, config.checkpoints.file),
  );
  if (suspension === null) {
    print('This ledger was not set back. There is nothing to accept.');
    return 0;
  }
  for (const line of whatIsLost(suspension)) print(line);
  for (const lane of lanesOf(options, found)) {
    const question = `Does ${lane} accept that the ledger goes on from position ${suspension.position}?`;
    if (!(options.yes || (terminal.interactive && (await askYesNo(terminal, question))))) {
      print(`${lane} has not accepted.${options.yes || terminal.interactive ? '' : ` ${NOBODY_ANSWERS}`}`);
      return 1;
    }
    const outcome = await acceptAs(lane, found, options.reason ?? null);
    if (outcome === 'completed')
      await withConnection(found.ownerUrl, (owner) => noteResumed(owner, config.databaseUrl === null));
    print(acceptanceLine(lane, outcome));
  }
  return 0;
}

/** The suspension in force, or one that is due: kept heads may show what no server has noticed yet. */
async function lookForSuspension(owner: pg.Client, heads: string | null): Promise<Suspension | null> {
  const { rows } = await owner.query<{ incarnation: string; next: string }>(
    '/* resume.head */ select incarnation::text, next_position::text as next from cutter_log.head',
  );
  const head = rows[0];
  if (head === undefined)
    throw new Error(
      `This database holds no ledger yet. Start the server once with "${commandText('start')}".`,
    );
  const beyond = heads === null ? null : seenInFile(heads).beyond({ ...head, next: Number(head.next) });
  if (beyond !== null) await suspendLedger(owner, head.incarnation, beyond);
  await owner.query(STRAY, [resumeRecordId(head.incarnation), head.incarnation]);
  return await standingSuspension(owner);
}

/** The record's id is known before both lanes accept: what a login put under it until then would block it. */
const STRAY = `/* resume.stray */
  with stray as (
    select where (select count(*) from cutter_log.resumption where incarnation = $2) < 2
      and not exists (select from cutter_log.log where record_id = $1)
  ), parts as (
    delete from cutter_log.record_part where record_id = $1 and exists (select from stray)
  )
  delete from cutter_log.pending where record_id = $1 and exists (select from stray)`;

const NEWER_BACKUP = 'If there is a newer backup, restore that instead.';

function* whatIsLost({ cause, position, seenSize, reason }: Suspension): Generator<string> {
  if (cause === 'copied') {
    yield `This ledger's database is a copy. ${reason}`;
    yield 'Accept only if nobody uses the original again. ' +
      'If both continue, nobody can know which of them is the ledger.';
    yield `Once both lanes accept, the next record gets position ${position} under another incarnation. ` +
      'The ledger reports that to everybody who follows it.';
    return;
  }
  yield `This ledger's database was set back. ${reason}`;
  yield seenSize > position
    ? `Its log ends before position ${position}: positions ${position} to ${seenSize - 1} are lost. ${NEWER_BACKUP}`
    : `Its log ends before position ${position}, and it has no record that it was resumed. ${NEWER_BACKUP}`;
  yield 'Once both lanes accept, the next record gets that position. ' +
    'The ledger reports that to everybody who follows it.';
}

function lanesOf({ lane }: ResumeOptions, { secrets }: FoundDatabase): readonly Lane[] {
  const wanted = lane === undefined ? LANES : LANES.filter((one) => one === lane);
  if (wanted.length === 0) throw new Error(`${lane} is not a lane. The lanes are ${LANES.join(' and ')}.`);
  const held = wanted.filter((one) => heldKeys(secrets).some((key) => key.lane === one));
  if (held.length === 0)
    throw new Error(`This home holds no key of ${wanted.join(' or ')}. Run the command where one is.`);
  return held;
}

async function acceptAs(
  lane: Lane,
  { ownerUrl, secrets }: FoundDatabase,
  reason: string | null,
): Promise<Accepted> {
  const urls = poolUrls(ownerUrl, secrets);
  const url = lane === EXECUTOR_LANE ? urls.exec : urls.verify;
  if (url === null)
    throw new Error(`This home holds no password for the login of ${lane}. Run the command where one is.`);
  const keys = heldKeys(secrets)
    .filter((held) => held.lane === lane)
    .flatMap(({ key, next }) => (next === null ? [key] : [key, next]));
  return await withConnection(url, (client) => acceptResumption(client, { lane, keys, reason }));
}

const NOBODY_ANSWERS = 'Nobody can answer here. Run the command in a terminal, or add --yes.';

const SAID: Readonly<Record<Accepted, string>> = {
  accepted: 'has accepted. The second lane has yet to accept',
  completed: 'has accepted. Both lanes have: the ledger continues when its server runs',
  standing: 'had accepted before',
};
const acceptanceLine = (lane: Lane, outcome: Accepted) => `${lane} ${SAID[outcome]}.`;

async function withConnection<T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = ownerClient(url, 'cutter resume');
  client.on('error', () => {});
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}
