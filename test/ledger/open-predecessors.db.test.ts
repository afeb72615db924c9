import { type DatabasePool, sql } from 'slonik';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { ENTRY_STATES, type EntryState, FAILED_STATES, isEnded } from '../../src/law/states.ts';
import { DEPENDENCY_KINDS, type DependencyKind, ENTRY_KINDS, type EntryKind } from '../../src/law/values.ts';
import { openPredecessor, openPredecessors } from '../../src/ledger/open-predecessors.ts';
import { testDatabase } from '../harness/database.ts';
import { rows } from '../harness/rows.ts';
import { type Seeded, seeded, testSeed } from '../harness/seeded.ts';
import { insertAll, randomIds } from './random-entries.ts';

interface Node {
  readonly id: string;
  readonly status: EntryState;
  readonly kind: EntryKind;
}
interface Edge {
  readonly from: string;
  readonly to: string;
  readonly kind: DependencyKind;
}
type Open = z.infer<typeof openPredecessor>;

/** Small neighbourhoods, so that chains of successors join, fork and go in circles. */
function randomGraph(random: Seeded): { nodes: Node[]; edges: Edge[] } {
  const id = randomIds(random);
  const nodes: Node[] = [];
  const edges: Edge[] = [];
  for (let group = 0; group < 70; group += 1) {
    const size = random.between(2, 8);
    const near = Array.from({ length: size }, () => ({
      id: id(),
      status: random.pick([...ENTRY_STATES, ...FAILED_STATES]),
      kind: random.between(0, 5) === 0 ? random.pick(ENTRY_KINDS) : 'cut_request',
    }));
    nodes.push(...near);
    const wanted = random.between(1, 3 * size);
    for (let edge = 0; edge < wanted; edge += 1) {
      const [from, to] = [random.between(0, size - 1), random.between(0, size - 1)];
      const kind = random.pick([
        'blocks',
        'blocks',
        'supersedes',
        'supersedes',
        ...DEPENDENCY_KINDS,
      ] as const);
      // `blocks` is acyclic: the earlier blocks the later.
      if (from === to || (kind === 'blocks' && from > to)) continue;
      edges.push({ from: near[from]?.id as string, to: near[to]?.id as string, kind });
    }
  }
  return { nodes, edges };
}

/** G-CUT-DEPS, as ledger.md says it, by walking. */
function openByLaw(entryId: string, nodes: ReadonlyMap<string, Node>, edges: readonly Edge[]): Open[] {
  const sourcesOf = (to: string, kind: DependencyKind) => [
    ...new Set(edges.filter((edge) => edge.to === to && edge.kind === kind).map(({ from }) => from)),
  ];
  const node = (id: string) => nodes.get(id) as Node;
  return sourcesOf(entryId, 'blocks')
    .map(node)
    .flatMap((predecessor) => {
      const line = new Set([predecessor]);
      for (const one of line) {
        // An entry that ended without being complete frees by its successor alone.
        if (isEnded(one.status)) for (const heir of sourcesOf(one.id, 'supersedes')) line.add(node(heir));
      }
      if ([...line].some(({ status }) => status === 'verified_complete')) return [];
      const last = [...line].filter(
        ({ id, status }) => !isEnded(status) || sourcesOf(id, 'supersedes').length === 0,
      );
      return [{ ...predecessor, last: last.sort(byId) }];
    })
    .sort(byId);
}

const byId = (a: Node, b: Node) => (a.id < b.id ? -1 : 1);

test('the predecessors that still block an entry are, by SQL, those that the law names', async () => {
  const database = await testDatabase();
  const { nodes, edges } = randomGraph(seeded(testSeed()));
  const G = 'cutter_governance';
  await insertAll(
    database.superuser,
    `${G}.decision_backlog_entry`,
    nodes.map(({ id, ...over }) => rows.entry({ entry_id: id, ...over, emitted_at: '2026-01-01T00:00:00Z' })),
  );
  await insertAll(
    database.superuser,
    `${G}.decision_backlog_dependency`,
    edges.map(({ from, to, kind }) =>
      rows.dependency(from, to, { dependency_kind: kind, created_at: '2026-01-01T00:00:00Z' }),
    ),
  );
  const known = new Map(nodes.map((node) => [node.id, node]));
  const exec = database.pools.exec as DatabasePool;
  const counts = { open: 0, freed: 0, replaced: 0 };
  for (const { id } of nodes) {
    const { open } = await exec.one(
      sql.type(z.object({ open: z.array(openPredecessor) }))`select ${openPredecessors(id)} as open`,
    );
    const due = openByLaw(id, known, edges);
    expect(open, `entry ${id}`).toEqual(due);
    counts.open += due.length;
    const blocks = edges.filter((edge) => edge.to === id && edge.kind === 'blocks');
    counts.freed += new Set(blocks.map(({ from }) => from)).size - due.length;
    counts.replaced += due.filter(({ last, id: own }) => last.some((one) => one.id !== own)).length;
  }
  // The cases are worth something: some block, some don't any more, some have successors.
  expect(Math.min(counts.open, counts.freed, counts.replaced)).toBeGreaterThan(0);
});
