import { beforeAll, describe, expect, test } from 'vitest';
import {
  call,
  fresh,
  type Loose,
  manifestOf,
  marked,
  reviewed,
  sampleText,
  sweepAll,
  verified,
  verifyCut,
  wasCut,
} from '../harness/cycle.ts';
import { type TestServer, testServer } from '../harness/server.ts';

let server: TestServer;
beforeAll(async () => {
  server = await testServer();
});

/** Until `count` statements of the executor wait for a lock. */
async function waiting(count: number): Promise<void> {
  for (;;) {
    const { rows } = await server.superuser.query(
      `select count(*)::int as n from pg_stat_activity where datname = current_database() and usename = 'cutter_exec' and wait_event_type = 'Lock'`,
    );
    if (rows[0].n >= count) return;
  }
}

describe('ids of different calls never meet', () => {
  test('a marker that names its key after another call’s thing takes no id of it, and every reading goes on', async () => {
    const made = await verified(server);
    const stolen = [
      `mark:history:mark:${made.name}`,
      `cut:change_set:cut:${made.name}`,
      `sweep:log:${made.name}`,
    ];
    for (const idempotencyKey of stolen) {
      const input = {
        idempotencyKey,
        sourceId: made.sourceId,
        cutSpec: { profile: 'markdown' },
        signalSource: 'test',
      };
      expect((await call(server, server.tokens.marker, 'mark', input)).__typename).toBe('MarkSuccess');
    }
    const { body } = await server.gql(
      server.tokens.observer,
      '{ history(first: 200) { nodes { historyId position logOrdinal } } }',
    );
    expect(body.errors).toBeUndefined();
    const { rows } = await server.superuser.query(
      `select id from cutter_log.log, unnest(row_ids) as id group by id having count(*) > 1`,
    );
    expect(rows).toEqual([]);
  });

  test('a local id that ends like a key, and a key that begins like one', async () => {
    const whole = (localId: string, address: string) => ({
      localId,
      start: 0,
      end: 5,
      kind: 'section',
      sectionType: 'section',
      address,
    });
    const cut = async (name: string, localId: string, key: string) => {
      const source = await call(
        server,
        server.tokens.marker,
        'registerSource',
        { idempotencyKey: name, docCode: name, content: { text: 'Text\n' } },
        'source { sourceId }',
      );
      const input = {
        idempotencyKey: `m:${name}`,
        sourceId: source.source.sourceId,
        cutSpec: { units: [whole(localId, `${name}/a`)] },
        signalSource: 'test',
      };
      const mark = await call(server, server.tokens.marker, 'mark', input, 'entry { entryId }');
      const entry = await reviewed(server, 'APPROVE', {
        name,
        sourceId: source.source.sourceId,
        entryId: mark.entry.entryId,
      });
      return call(server, server.tokens.executor, 'cut', {
        idempotencyKey: key,
        entryId: entry.entryId,
        manifestDigest: entry.manifestDigest,
      });
    };
    expect((await cut(fresh('local'), 'x', 'y:z')).__typename).toBe('CutSuccess');
    expect((await cut(fresh('local'), 'x:y', 'z')).__typename).toBe('CutSuccess');
  });
});

describe('a sweep judges what it locked, after it locked', () => {
  const later = '2099-01-01T00:00:00Z';

  async function deferred(notBefore: string): Promise<Loose> {
    const made = await marked(server);
    await sweepAll(server);
    const input = {
      idempotencyKey: fresh('defer'),
      entryId: made.entryId,
      verdict: 'DEFER',
      manifestDigest: await manifestOf(server, made.entryId),
      notBefore,
    };
    expect((await call(server, server.tokens.reviewer, 'review', input)).__typename).toBe('ReviewSuccess');
    return made;
  }
  const promoted = async (): Promise<string[]> =>
    (
      await call(
        server,
        server.tokens.marker,
        'sweep',
        { idempotencyKey: fresh('sweep'), limit: 1000 },
        'promoted { entryId }',
      )
    ).promoted.map((e: Loose) => e.entryId);

  test('an entry deferred to a later time waits; one whose time has passed comes back', async () => {
    const [waits, due] = [await deferred(later), await deferred('2001-01-01T00:00:00Z')];
    const ids = await promoted();
    expect(ids).toContain(due.entryId);
    expect(ids).not.toContain(waits.entryId);
  });

  test('deferred while the sweep waited for its row: not promoted', async () => {
    const made = await marked(server);
    await sweepAll(server);
    const manifestDigest = await manifestOf(server, made.entryId);
    const first = await call(
      server,
      server.tokens.reviewer,
      'review',
      { idempotencyKey: fresh('defer'), entryId: made.entryId, verdict: 'DEFER', manifestDigest },
      'decision { reviewDecisionId }',
    );
    const holder = await server.superuser.connect();
    await holder.query('begin');
    await holder.query(
      'select from cutter_governance.decision_backlog_entry where entry_id = $1 for update',
      [made.entryId],
    );
    const pass = promoted();
    await waiting(1);
    // What a review would write, by the one who holds the row.
    await holder.query(
      `update cutter_governance.review_decision set findings = jsonb_set(findings, '{not_before}', to_jsonb($2::text)) where review_decision_id = $1`,
      [first.decision.reviewDecisionId, later],
    );
    await holder.query('commit');
    holder.release();
    expect(await pass).not.toContain(made.entryId);
  });
});

describe('the order of a document’s cuts is that of their locks, not of their clocks', () => {
  test('a cut that began first and committed last is the newest', async () => {
    const name = fresh('waited');
    await verified(server, await marked(server, name));
    const early = await reviewed(
      server,
      'APPROVE',
      await marked(server, `${name}-early`, {
        docCode: name,
        text: sampleText(name).replace(/## One[^#]*/, ''),
      }),
    );
    const holder = await server.superuser.connect();
    await holder.query('begin');
    await holder.query(
      'select from cutter_governance.decision_backlog_entry where entry_id = $1 for update',
      [early.entryId],
    );
    const cutting = call(
      server,
      server.tokens.executor,
      'cut',
      { idempotencyKey: `cut:${name}-early`, entryId: early.entryId, manifestDigest: early.manifestDigest },
      'changeSet { changeSetId }',
    );
    await waiting(1);
    // Meanwhile another is cut and verified; it changes nothing that the early plan rests on.
    await verified(
      server,
      await marked(server, `${name}-late`, { docCode: name, text: sampleText(name), key: `${name}-late` }),
    );
    await holder.query('commit');
    holder.release();
    const cut = await cutting;
    expect(cut.__typename).toBe('CutSuccess');
    expect(
      (await verifyCut(server, { name: `${name}-early`, changeSetId: cut.changeSet.changeSetId })).result
        .verdict,
    ).toBe('PASS');
    const again = await marked(server, `${name}-again`, { docCode: name, text: sampleText(name) });
    const { body } = await server.gql(
      server.tokens.reviewer,
      'query ($id: UUID) { planCut(entryId: $id) { ... on Plan { units(first: 50) { nodes { address action } } } } }',
      { id: again.entryId },
    );
    const actions = Object.fromEntries(
      body.data.planCut.units.nodes.map((u: Loose) => [u.address?.split('/').at(-1), u.action]),
    );
    // Its place alone makes no version of the second.
    expect(actions).toMatchObject({ one: 'VERSION', two: 'UNCHANGED' });
  });
});

describe('successors', () => {
  test('an entry that may still be completed is not replaced by one that supersedes it', async () => {
    const alive = await marked(server);
    const heir = await verified(server);
    const blocked = await reviewed(
      server,
      'APPROVE',
      await marked(server, fresh('blocked'), { blockedBy: [alive.entryId] }),
    );
    const edge = {
      idempotencyKey: fresh('heir'),
      fromEntryId: heir.entryId,
      toEntryId: alive.entryId,
      kind: 'SUPERSEDES',
    };
    expect((await call(server, server.tokens.reviewer, 'declareDependency', edge)).__typename).toBe(
      'DeclareDependencySuccess',
    );
    const cut = (key: string) =>
      call(server, server.tokens.executor, 'cut', {
        idempotencyKey: key,
        entryId: blocked.entryId,
        manifestDigest: blocked.manifestDigest,
      });
    expect((await cut(fresh('cut'))).__typename).toBe('DependencyOpen');
    await call(server, server.tokens.marker, 'abandon', {
      idempotencyKey: fresh('end'),
      entryId: alive.entryId,
      rationale: 'Replaced.',
    });
    expect((await cut(fresh('cut'))).__typename).toBe('CutSuccess');
  });
});

test('reconstruct says of a compensated cut that it is void', async () => {
  const made = await wasCut(server);
  const voidOf = async () => {
    const query =
      'query ($id: UUID!) { reconstruct(changeSetId: $id) { ... on Reconstruction { void matchesSource } } }';
    return (await server.gql(server.tokens.reviewer, query, { id: made.changeSetId })).body.data.reconstruct;
  };
  expect(await voidOf()).toEqual({ void: false, matchesSource: true });
  await server.superuser.query(
    `update public.unit_version set body = body || '!' where provenance->>'change_set_id' = $1`,
    [made.changeSetId],
  );
  await verifyCut(server, made);
  expect(await voidOf()).toEqual({ void: true, matchesSource: false });
});
