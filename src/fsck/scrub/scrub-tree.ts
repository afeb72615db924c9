import type { ClientBase } from 'pg';

/** A leaf that isn't the log's. */
const LEAVES = `/* scrub.leaves */ select '0/' || n.idx as place
  from cutter_log.log l join cutter_log.node n on n.level = 0 and n.idx = l.position
  where l.position >= $1 and l.position < $2
    and n.hash <> sha256('\\x00'::bytea || decode(substr(l.record_hash, 8), 'hex'))`;

/**
 * A node that isn't the hash of the two under it. Level and bounds are parameters, so that the key's index finds the
 * nodes. With the levels in a joined table the planner would read every node of the tree for each page.
 */
const LEVEL = `/* scrub.level */ select n.level || '/' || n.idx as place from cutter_log.node n
    left join cutter_log.node a on a.level = $1::int - 1 and a.idx = 2 * n.idx
    left join cutter_log.node b on b.level = $1::int - 1 and b.idx = 2 * n.idx + 1
  where n.level = $1::int and n.idx >= $2 and n.idx < $3
    and n.hash is distinct from sha256('\\x01'::bytea || a.hash || b.hash)`;

/**
 * Checks the leaves of the positions from `from` to before `until`, and each node whose last leaf is one of those. Over
 * all pages of a log that is every node once. Returns the places, "level/index", that are wrong.
 */
export async function nodesBetween(client: ClientBase, from: number, until: number): Promise<string[]> {
  const wrong = await placesOf(client, LEAVES, [from, until]);
  for (let level = 1; 2 ** level <= until; level += 1) {
    const [first, behind] = [Math.floor(from / 2 ** level), Math.floor(until / 2 ** level)];
    if (first < behind) wrong.push(...(await placesOf(client, LEVEL, [level, first, behind])));
  }
  return wrong;
}

async function placesOf(client: ClientBase, query: string, bounds: readonly number[]): Promise<string[]> {
  const { rows } = await client.query<{ place: string }>(query, [...bounds]);
  return rows.map(({ place }) => place);
}
