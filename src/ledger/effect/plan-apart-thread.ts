/** A thread that makes plans. */
import { planDocument } from '../../document/plan.ts';
import { servePieces } from '../../threads/serve-pieces.ts';
import type { PlanPiece, PlanTask } from './plan-apart.ts';

/** Records, and characters of their texts, that are given back in one piece: the event loop takes it in 10 ms. */
const PIECE_RECORDS = 500;
const PIECE_CHARS = 512 * 1024;

servePieces(planPieces);

/** The plan without its records; then the records in their order. */
function* planPieces(task: PlanTask): Generator<PlanPiece, void> {
  const { records, leafHashes, ...plan } = planDocument(task);
  yield { plan };
  for (let from = 0; from < records.length; ) {
    let until = from;
    for (
      let chars = 0;
      until < records.length && until - from < PIECE_RECORDS && chars <= PIECE_CHARS;
      until++
    )
      chars += records[until]!.text.length;
    yield { records: records.slice(from, until), hashes: Buffer.concat(leafHashes.slice(from, until)) };
    from = until;
  }
}
