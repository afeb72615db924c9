import type { Client } from 'pg';
import type { ReadRecord } from '../../law/read-record.ts';
import type { RowShape } from '../../law/scan-record.ts';
import { recordLeaf } from '../../log/tree/tree-fold.ts';
import {
  type ComparedHeads,
  type FsckCoverage,
  type FsckFindings,
  Postponed,
  type Unseen,
} from '../finding.ts';
import type { HeadsFile, SeenHead } from '../heads.ts';
import { KINDS, type Kind, kindNamed } from '../kinds.ts';
import { checkHeads } from '../log/heads-check.ts';
import { Incarnations } from '../log/incarnations.ts';
import { LedgerKeys } from '../log/ledger-keys.ts';
import { type BrokenLine, LOG, LogLines, PARTS } from '../log/log-lines.ts';
import { type BlamedLine, judgeLog, logStateOf, type Orphans, orphansOf } from '../log/log-state.ts';
import { eachLine, type LogLine } from '../log/records.ts';
import { checkTree, type TreeReport } from '../log/tree-check.ts';
import { MOVES_OF, WayReplay } from '../meaning/states.ts';
import type { SnapshotSession } from '../session.ts';
import { BIRTH, Element, FINAL, UPDATE } from './element.ts';
import { takeBeside } from './helper-thread.ts';
import { judgeSuspects } from './judge.ts';
import { type Difference, Sketch } from './sketch.ts';
import { slicesOf, Turns, takeSlices } from './slices.ts';
import { gatherEvidence, type Suspect, suspectsOf } from './suspects.ts';
import { statusDigest } from './table-rows.ts';
import type { ReachedRows } from './unique.ts';
import { kindOfWords, uuidOf } from './words.ts';

/** Sizes of the sketch, tried in turn: most ledgers differ in no row or few, a ruined one in very many. */
const SIZES = [1 << 12, 1 << 18] as const;

/** Pages of a table that one thread reads at a time. */
const SLICE_PAGES = 2048;

export interface RowsOptions extends Pick<SnapshotSession, 'client' | 'beside' | 'snapshot' | 'unseen'> {
  /** The login cutter_evidence. */
  readonly url: string;
  readonly head: number;
  readonly findings: FsckFindings;
  readonly coverage: FsckCoverage;
  /** The incarnation that the log's head names. */
  readonly incarnation: string | null;
  /** Heads of the log that were stored outside the database. */
  readonly heads: readonly SeenHead[];
  /** The files that hold such heads. */
  readonly headFiles: readonly HeadsFile[];
  /** Where no table has more pages than this, one thread is enough. */
  readonly slicePages?: number;
}

/**
 * Compares every row with the record that vouches for it. Both go through one sketch, in a single pass over log and
 * tables. Only where the sketch isn't empty at the end are records and rows read again, to name what differs.
 */
export async function checkRows(options: RowsOptions): Promise<CheckedRows> {
  const { client, findings, coverage, unseen } = options;
  let pass = await readAll(options, SIZES[0]);
  if (pass.differences === null) pass = await readAll(options, SIZES[1]);
  const { keys, incarnations } = pass;
  await keys.readRegistry(client);
  const { lines, orphans, rows, entries } = pass;
  Object.assign(coverage, { positions: lines.next, pending: lines.pending, entries, rows });
  const { heads, compared } = await checkHeads({
    ...options,
    files: options.headFiles,
    incarnations,
    keys,
    next: lines.next,
  });
  const tree = await checkTree({
    client,
    next: lines.next,
    heads: [
      ...[...options.heads, ...heads].filter(
        (head) => head.origin === undefined || incarnations.binds({ ...head, origin: head.origin }),
      ),
      ...incarnations.heads,
    ],
    binds: (head) => incarnations.binds(head),
    keys,
    findings,
    coverage,
    unseen,
  });
  const head = Math.max(options.head, tree.longest);
  pass.log.report(findings);
  const seen = pass.differences?.filter(({ words }) => isSeen(kindOfWords(words), unseen));
  if (seen === undefined)
    reportUnnamed(findings, head, "So many rows differ from the log that this check can't name them.");
  const suspects = await suspectsOf(client, seen ?? []);
  const doubted = namesOf(suspects);
  const broken = lines.broken.map((line) => ({ ...line, blames: blamedPartOf(line, tree, doubted) }));
  judgeRewritten(tree, broken, findings);
  judgeLog({ lines, broken, orphans, head: options.head, longest: head, inTree: tree.longest }, findings);
  const evidence = await gatherEvidence(suspects, (each) =>
    everyRecord(client, (record, line, reliable) => {
      each(record, line, reliable);
      // What an altered record says about an entry's way is no finding of its own.
      if (line.position === null || !tree.wrongHashes.has(line.position)) return;
      for (const { entry_id } of record.history) findings.taint(MOVES_OF, entry_id);
    }),
  );
  const unreadable = broken.filter(({ blames, record }) => blames !== 'hash' || record === null);
  const state = logStateOf({ lines, broken: unreadable, orphans, head }, suspects.keys(), (place) =>
    timeOf(suspects.get(place)),
  );
  judgeSuspects(evidence, state, findings);
  pass.states.report(findings);
  lines.acts.report(findings);
  if (suspects.size > 0 && findings.all.length === 0)
    reportUnnamed(findings, head, 'Rows differ from the log, and this check can’t name any of them.');
  return { keys, incarnations, compared, reached: { lines: lines.seen, parts: lines.parts + orphans.parts } };
}

export interface CheckedRows extends Pick<Pass, 'keys' | 'incarnations'> {
  readonly reached: ReachedRows;
  readonly compared: readonly ComparedHeads[];
}

interface Pass {
  readonly lines: LogLines;
  readonly orphans: Orphans;
  /** The keys as the log's records make them. */
  readonly keys: LedgerKeys;
  readonly incarnations: Incarnations;
  /** Findings about the log and the states, reported once it is known which rows are altered. */
  readonly log: Postponed;
  readonly states: Postponed;
  readonly entries: number;
  readonly rows: number;
  /** Where log and tables don't agree; null where that is more than the sketch can separate. */
  readonly differences: readonly Difference[] | null;
}

/** One pass over log and tables. */
async function readAll(options: RowsOptions, size: number): Promise<Pass> {
  const { client, head, unseen } = options;
  const sketch = Sketch.ofSize(size);
  const recorded = KINDS.map(() => 0);
  const [log, states] = [new Postponed(), new Postponed()];
  const element = new Element();
  const replay = new WayReplay(states, (entryId, status) => {
    element.kind(0, FINAL);
    element.idText(entryId);
    element.digest(statusDigest(status));
    sketch.put(element.words, 1);
  });
  const keys = new LedgerKeys();
  const incarnations = new Incarnations();
  const lines: LogLines = new LogLines(log, head, {
    record(record, line, reliable) {
      const position = line.position ?? lines.next + lines.pending - 1;
      incarnations.record(record, position, reliable, keys);
      keys.record(record, position, reliable, incarnations.present);
      putRecord(record, sketch, recorded, unseen);
      if (!reliable) replay.blanks += 1;
      replay.record(record, line.position);
    },
    blank: () => {
      keys.blank();
      incarnations.blank();
      replay.blanks += 1;
    },
  });
  // Log and tables side by side: the order doesn't matter to the sketch.
  const [counts] = await Promise.all([
    takeTables(options, sketch),
    eachLine(client, (line) => lines.line(line)),
  ]);
  const orphans = await orphansOf(client, (record) => putRecord(record, sketch, recorded, unseen));
  if (lines.gaps.length > 0 || orphans.count > 0 || lines.next < head) {
    keys.blank();
    incarnations.blank();
    replay.blanks += 1;
  }
  replay.finish();
  noteEmpty(counts, recorded, unseen);
  const rows = counts.reduce((sum, count) => sum + count, 0);
  return {
    lines,
    orphans,
    keys,
    incarnations,
    log,
    states,
    entries: replay.entries,
    rows,
    differences: sketch.differences(),
  };
}

const isSeen = (kind: Kind, unseen: readonly Unseen[]) => !unseen.some(({ table }) => table === kind.table);

/** Reports that log and tables differ where no row can be named. */
function reportUnnamed(findings: FsckFindings, head: number, message: string): void {
  findings.add({
    verdict: 'edited',
    table: 'cutter_governance',
    key: '*',
    column: null,
    after: null,
    before: head,
    message,
  });
}

/**
 * Whether a body that doesn't give its hash was altered, or the hash beside it. The tree decides. Where the tree
 * doesn't hold the record, the rows decide.
 */
function blamedPartOf(
  broken: BrokenLine,
  tree: TreeReport,
  doubted: ReadonlySet<string>,
): BlamedLine['blames'] {
  const { record, line, hash } = broken;
  // The body gives its hash, and its parts are misnumbered.
  if (record !== null && broken.verdict === 'malformed') return 'body';
  const folded = line.position !== null && line.position < tree.folded;
  const leaf = folded ? tree.wrongHashes.get(line.position as number) : undefined;
  if (leaf !== undefined) return hash !== null && recordLeaf(hash, 0).equals(leaf.folded) ? 'hash' : 'both';
  if (folded || record === null || record.recordId !== line.recordId) return 'body';
  if ([...record.rows, ...line.rowIds].some((name) => doubted.has(name))) return 'body';
  return record.isOfOne ? 'hash' : 'body';
}

/** Rows that differ, by the names in records (table and id) and by those in lines (id alone). */
function namesOf(suspects: ReadonlyMap<string, Suspect>): Set<string> {
  const names = new Set<string>();
  for (const { kind, standing, place } of suspects.values()) {
    const id = standing?.id ?? uuidOf(place);
    names.add(`${kind.recorded} ${id}`).add(id);
  }
  return names;
}

/** Reports records whose body gives its hash, which isn't the one in the tree: they were rewritten or moved. */
function judgeRewritten(tree: TreeReport, broken: readonly BlamedLine[], findings: FsckFindings): void {
  const known = new Set(broken.map(({ line }) => line.position));
  const wrong = [...tree.wrongHashes].sort(([one], [other]) => one - other);
  const foldedAt = new Map(wrong.map(([at, { folded }]) => [folded.toString('hex'), at]));
  for (const [position, { now }] of wrong) {
    if (known.has(position)) continue;
    const home = foldedAt.get(now.toString('hex'));
    if (home !== undefined) known.add(home);
    const message =
      home === undefined
        ? `The record at position ${position} was rewritten together with its hash: the tree holds another one.`
        : `The record at position ${position} was written at position ${home}: the two changed places.`;
    findings.add({
      verdict: home === undefined ? 'record-altered' : 'swapped',
      table: LOG,
      key: String(position),
      column: null,
      after: position,
      before: null,
      otherKey: home === undefined ? null : String(home),
      message,
    });
  }
}

function timeOf(suspect: Suspect | undefined): string | null {
  if (suspect?.standing == null || suspect.kind.time === null) return null;
  return JSON.parse(suspect.standing.values.get(suspect.kind.time) ?? 'null') as string | null;
}

async function everyRecord(
  client: Client,
  each: (record: ReadRecord, line: Pick<LogLine, 'position'>, reliable: boolean) => void,
): Promise<void> {
  const lines = new LogLines(new Postponed(), Number.MAX_SAFE_INTEGER, { record: each, blank: () => {} });
  await eachLine(client, (line) => lines.line(line));
  await orphansOf(client, (record) => each(record, { position: null }, true));
}

/** Puts what a record vouches for into the sketch. */
function putRecord(record: ReadRecord, sketch: Sketch, recorded: number[], unseen: Unseen[]): void {
  let [last, kind, aspect]: [RowShape | null, Kind | undefined, typeof BIRTH | typeof UPDATE] = [
    null,
    undefined,
    BIRTH,
  ];
  record.rows.each((shape, bytes, idFrom, idUntil, digestFrom) => {
    if (shape !== last) {
      last = shape;
      kind = kindNamed(shape.table);
      aspect = shape.op === 'insert' ? BIRTH : UPDATE;
      if (kind === undefined) noteUnknown(shape.table, unseen);
    }
    // How an entry moves is replayed from its history.
    if (kind === undefined || (kind.index === 0 && aspect === UPDATE)) return;
    if (aspect === BIRTH) recorded[kind.index] = (recorded[kind.index] as number) + 1;
    vouched.kind(kind.index, aspect);
    vouched.id(bytes, idFrom, idUntil);
    vouched.base64Digest(bytes, digestFrom);
    sketch.put(vouched.words, 1);
  });
}

const vouched = new Element();

function noteUnknown(table: string, unseen: Unseen[]): void {
  addUnseen(unseen, {
    table: PARTS,
    message: `Records name ${table}, which this version doesn't check.`,
  });
}

function addUnseen(unseen: Unseen[], one: Unseen): void {
  if (!unseen.some(({ message }) => message === one.message)) unseen.push(one);
}

/** Reads every readable table once; returns how many rows each kind has. */
async function takeTables(options: RowsOptions, sketch: Sketch): Promise<number[]> {
  const { beside, unseen, slicePages = SLICE_PAGES } = options;
  const kinds = KINDS.filter((kind) => isSeen(kind, unseen));
  const slices = await slicesOf(beside, kinds, slicePages);
  const turns = new Turns();
  const threads = [takeSlices(beside, slices, turns, sketch)];
  if (slices.length > kinds.length) threads.push(takeBeside(options, slices, turns, sketch));
  const counted = await Promise.all(threads);
  return KINDS.map(({ index }) => counted.reduce((sum, counts) => sum + (counts[index] ?? 0), 0));
}

/** A table that shows no row, where the log has some, wasn't seen. */
function noteEmpty(counts: readonly number[], recorded: readonly number[], unseen: Unseen[]): void {
  for (const kind of KINDS) {
    const due = recorded[kind.index] as number;
    if (counts[kind.index] !== 0 || due === 0 || !isSeen(kind, unseen)) continue;
    addUnseen(unseen, {
      table: kind.table,
      message: `${kind.table} shows no row, where the log says that there are ${due}.`,
    });
  }
}
