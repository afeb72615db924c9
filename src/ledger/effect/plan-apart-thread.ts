/** The thread that makes plans. */
import { planDocument } from '../../document/plan.ts';
import type { PlanRecord } from '../../document/types.ts';
import { serveTasks } from '../../threads/tasks.ts';
import type { PlanResult, PlanTask } from './plan-apart.ts';

/** Records, and characters of their texts, that are given back in one piece. */
const PIECE_RECORDS = 2_000;
const PIECE_CHARS = 1024 * 1024;

const waiting = new Map<number, readonly PlanRecord[]>();
let lastTicket = 0;

serveTasks((task: PlanTask): PlanResult => {
  if ('ticket' in task) return { records: takePiece(task.ticket, task.from) };
  const { records, leafHashes, ...plan } = planDocument(task.input);
  const ticket = ++lastTicket;
  if (records.length > 0) waiting.set(ticket, records);
  return { ticket, plan, count: records.length, hashes: Buffer.concat(leafHashes) };
});

function takePiece(ticket: number, from: number): PlanRecord[] {
  const records = waiting.get(ticket) ?? [];
  const taken: PlanRecord[] = [];
  let chars = 0;
  for (const record of records.slice(from, from + PIECE_RECORDS)) {
    taken.push(record);
    chars += record.text.length;
    if (chars > PIECE_CHARS) break;
  }
  if (from + taken.length >= records.length) waiting.delete(ticket);
  return taken;
}
