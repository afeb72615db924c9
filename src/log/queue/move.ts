import type { Client } from 'pg';
import { IS_DURABLE } from '../durable.ts';
import { IS_SUSPENDED } from '../setback/suspension.ts';

/** What one batch put into the log: dense positions in the order of `recordIds`. */
export interface IntegratedBatch {
  readonly recordIds: readonly string[];
  readonly firstPosition: number;
  readonly lastPosition: number;
}

export interface MovedBatch extends IntegratedBatch {
  /** Rows taken from the queue, dropped ones among them. */
  readonly taken: number;
  /** Records that were in the log already, or twice in the batch. */
  readonly dropped: readonly string[];
}

/** Marks a batch under way. It only spares idle integrators the wait: the head row's lock is what keeps them apart. */
const ADVISORY_KEY = 7_201_991;

const WAITING = `/* log.waiting */ select exists (select 1 from cutter_log.pending) as waiting,
  head.incarnation::text, head.next_position::text as next, ${IS_SUSPENDED} as suspended from cutter_log.head`;

/** A poller passes by while another is at work; one that was nudged waits, as its record may have missed that batch. */
const LOCK_HEAD = `/* log.head */
  select next_position from cutter_log.head
  where singleton and (pg_try_advisory_xact_lock(${ADVISORY_KEY}) or $1) and not ${IS_SUSPENDED} and ${IS_DURABLE}
  for update`;

/**
 * Its snapshot is younger than the head lock, so it sees all that the last batch left. Each row of a record gets its
 * place in the lists together with the record's position. Rows leave in the order of seq and none is skipped: what
 * committed earlier can't come after what began later. It isn't prepared by name: a plan kept from when the tables
 * were small would scan them when they are large.
 */
const MOVE = `/* log.move */
  with taken as materialized (
    delete from cutter_log.pending
    where seq = any (array(select seq from cutter_log.pending order by seq limit $1))
    returning seq, record_id, record_hash, row_ids
  ), known as materialized (
    select record_id from cutter_log.log where record_id = any (array(select record_id from taken))
  ), judged as materialized (
    select taken.*,
      row_number() over (partition by record_id order by seq) > 1
        or record_id in (select record_id from known) as duplicate
    from taken
  ), placed as materialized (
    select record_id, record_hash, row_ids,
      (select next_position from cutter_log.head where singleton) + row_number() over (order by seq) - 1 as position
    from judged where not duplicate
  ), moved as (
    insert into cutter_log.log (position, record_id, record_hash, row_ids)
    select position, record_id, record_hash, row_ids from placed order by position
  ), logged as materialized (
    select position, (named.at - 1)::int as ordinal, named.row_id
    from placed cross join unnest(row_ids) with ordinality as named (row_id, at)
  ), seated as (
    -- A row that two records name has the place that the first of them gave it.
    insert into cutter_log.row_place (noun, position, ordinal, row_id)
    select known.noun, logged.position, logged.ordinal, logged.row_id
    from logged join cutter_log.nouns_of(array(select row_id from logged)) as known using (row_id)
    order by logged.position, logged.ordinal
    on conflict do nothing
  ), advanced as (
    update cutter_log.head set next_position = (select max(position) + 1 from placed)
    where singleton and exists (select 1 from placed)
  )
  select
    (select count(*)::int from taken) as taken,
    array(select record_id::text from placed order by position) as record_ids,
    array(select record_id::text from judged where duplicate order by seq) as dropped,
    (select min(position)::text from placed) as first_position,
    -- A hint for other processes, sent by the commit itself.
    case when exists (select 1 from placed)
      then pg_notify('cutter_log', (select max(position)::text from placed)) end`;

/**
 * What was moved counts from now on, and is listed as an act of its writer, in the transaction that moved it: the
 * counters and the acts go as far as the log.
 */
export const COUNT_MOVES = `/* log.count */ select cutter_log.count_moves(), cutter_log.note_acts()`;

interface MoveAnswer {
  taken: number;
  record_ids: string[];
  dropped: string[];
  first_position: string | null;
}

/** What an integrator looks at before each batch. */
export interface QueueLook {
  readonly waiting: boolean;
  readonly incarnation: string;
  readonly next: number;
  /** The database was set back, and both lanes have not yet accepted where it resumes. */
  readonly suspended: boolean;
}

/** Looks without a lock. */
export async function lookAtQueue(client: Client): Promise<QueueLook> {
  const { rows } = await client.query<Omit<QueueLook, 'next'> & { next: string }>(WAITING);
  const look = rows[0];
  if (look === undefined) throw new Error('The log has no head.');
  return { ...look, next: Number(look.next) };
}

/**
 * Moves one batch, counts its moves and notes its acts: one transaction of three statements on one connection. Null
 * where, for a mere poll, another integrator is moving, or where the ledger was suspended or its database may lose what
 * it acknowledges. After an error the connection is of no more use: its end rolls the batch back.
 */
export async function moveBatch(client: Client, limit: number, nudged: boolean): Promise<MovedBatch | null> {
  await client.query('begin isolation level read committed');
  const head = await client.query(LOCK_HEAD, [nudged]);
  if (head.rowCount === 0) {
    await client.query('rollback');
    return null;
  }
  const { rows } = await client.query<MoveAnswer>(MOVE, [limit]);
  const answer = rows[0] as MoveAnswer;
  if (answer.first_position !== null) await client.query(COUNT_MOVES);
  await client.query('commit');
  return readAnswer(answer);
}

function readAnswer({ taken, record_ids, dropped, first_position }: MoveAnswer): MovedBatch {
  const firstPosition = Number(first_position);
  return {
    taken,
    recordIds: record_ids,
    dropped,
    firstPosition,
    lastPosition: firstPosition + record_ids.length - 1,
  };
}
