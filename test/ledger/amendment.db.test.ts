import { beforeAll, describe, expect, test } from 'vitest';
import {
  call,
  fresh,
  type Loose,
  marked,
  reviewed,
  sampleText,
  verified,
  verifyCut,
  wasCut,
} from '../harness/cycle.ts';
import { type TestServer, testServer } from '../harness/server.ts';

let server: TestServer;
beforeAll(async () => {
  server = await testServer();
});

async function versions(docCode: string): Promise<Loose[]> {
  const { rows } = await server.superuser.query(
    `select split_part(u.canonical_address, '/', -1) as unit, v.version_seq, v.provenance->>'change_set_id' as change_set
    from public.information_unit u join public.unit_version v on v.unit_id = u.id
    where u.doc_code = $1 order by u.canonical_address, v.version_seq`,
    [docCode],
  );
  return rows;
}

async function planned(entryId: string): Promise<Record<string, string>> {
  const { body } = await server.gql(
    server.tokens.reviewer,
    `query ($entryId: UUID) { planCut(entryId: $entryId) { ... on Plan { units(first: 200) { nodes { address action role } } } } }`,
    { entryId },
  );
  const units: Loose[] = body.data.planCut.units.nodes;
  return Object.fromEntries(
    units.filter((u) => u.address !== null).map((u) => [u.address.split('/').at(-1), u.action]),
  );
}

async function reconstructed(changeSetId: string): Promise<Loose> {
  const { body } = await server.gql(
    server.tokens.reviewer,
    `query ($id: UUID!) { reconstruct(changeSetId: $id) { ... on Reconstruction { text matchesSource digest } ... on Refusal { message } } }`,
    { id: changeSetId },
  );
  return body.data.reconstruct;
}

describe('an amended document is cut again: next versions, nothing deleted', () => {
  test('unchanged stays, changed gets version 2, a new heading is born, a gone one is listed as vanished and returns later', async () => {
    const name = fresh('amended');
    const first = await verified(server, await marked(server, name));
    const amended = sampleText(name)
      .replace(`Second ${name}.`, 'Second, amended.')
      .concat('\n## Three\n\nThird.\n');
    const entry = await marked(server, `${name}-b`, { docCode: name, text: amended });
    expect(await planned(entry.entryId)).toMatchObject({ one: 'UNCHANGED', two: 'VERSION', three: 'BIRTH' });
    const second = await verified(server, entry);
    expect(second.verdict.result.verdict).toBe('PASS');
    const seqs = (await versions(name))
      .filter((v) => ['one', 'two', 'three'].includes(v.unit))
      .map((v) => `${v.unit}:${v.version_seq}`);
    expect(seqs.sort()).toEqual(['one:1', 'three:1', 'two:1', 'two:2']);

    const without = await marked(server, `${name}-c`, {
      docCode: name,
      text: sampleText(name).replace(/## One[^#]*/, ''),
    });
    expect(await planned(without.entryId)).toMatchObject({ one: 'VANISHED', three: 'VANISHED' });
    expect((await verified(server, without)).verdict.result.verdict).toBe('PASS');

    const back = await marked(server, `${name}-d`, { docCode: name, text: `${sampleText(name)}\n` });
    expect(await planned(back.entryId)).toMatchObject({ one: 'VERSION' });
    const fourth = await verified(server, back);
    expect(fourth.verdict.result.verdict).toBe('PASS');

    expect(await reconstructed(first.changeSetId)).toMatchObject({
      text: sampleText(name),
      matchesSource: true,
    });
    expect(await reconstructed(second.changeSetId)).toMatchObject({ text: amended, matchesSource: true });
    expect(await reconstructed(fourth.changeSetId)).toMatchObject({
      text: `${sampleText(name)}\n`,
      matchesSource: true,
    });
  });

  test('the executor’s signature names the one it amends', async () => {
    const name = fresh('lineage');
    const first = await verified(server, await marked(server, name));
    const second = await verified(
      server,
      await marked(server, `${name}-b`, { docCode: name, text: `${sampleText(name)}More.\n` }),
    );
    const { rows } = await server.superuser.query(
      `select s.prior_signature_id, f.executor_signature_id as first from cutter_governance.cut_change_set c
      join cutter_governance.dot_pair_signature s on s.signature_id = c.executor_signature_id
      join cutter_governance.cut_change_set f on f.change_set_id = $2 where c.change_set_id = $1`,
      [second.changeSetId, first.changeSetId],
    );
    expect(rows[0].prior_signature_id).toBe(rows[0].first);
  });

  test('reviewed against units that changed since: PlanStale', async () => {
    const name = fresh('stale');
    const early = await reviewed(server, 'APPROVE', await marked(server, name));
    await verified(
      server,
      await marked(server, `${name}-b`, { docCode: name, text: `${sampleText(name)}More.\n` }),
    );
    const cut = await call(server, server.tokens.executor, 'cut', {
      idempotencyKey: `late-${name}`,
      entryId: early.entryId,
      manifestDigest: early.manifestDigest,
    });
    expect(cut).toMatchObject({ __typename: 'PlanStale' });
  });

  test('while one cut of a document waits for its verification, no other is cut (G-CUT-DEPS)', async () => {
    const name = fresh('waiting');
    const other = await reviewed(
      server,
      'APPROVE',
      await marked(server, `${name}-b`, { docCode: name, text: `${sampleText(name)}More.\n` }),
    );
    await wasCut(server, await marked(server, name));
    const cut = await call(server, server.tokens.executor, 'cut', {
      idempotencyKey: `second-${name}`,
      entryId: other.entryId,
      manifestDigest: other.manifestDigest,
    });
    expect(cut).toMatchObject({ __typename: 'DependencyOpen', guard: 'G-CUT-DEPS' });
  });
});

describe('a failed verification: everything in one transaction, and a new entry cuts the document again', () => {
  test('units of the void cut are left out; the retry gives the next versions and passes', async () => {
    const name = fresh('failed');
    const first = await wasCut(server, await marked(server, name));
    await server.superuser.query(
      `update public.unit_version set body = body || '!' where provenance->>'change_set_id' = $1`,
      [first.changeSetId],
    );
    const failed = await verifyCut(server, first);
    expect(failed.entry.status).toBe('VERIFY_FAILED_ESCALATED');
    expect(failed.rows).toEqual(
      expect.arrayContaining([
        { table: 'dot_pair_signature', inserted: 1, updated: 0 },
        { table: 'cut_change_set', inserted: 1, updated: 0 },
        { table: 'decision_backlog_entry', inserted: 1, updated: 1 },
        { table: 'decision_backlog_history', inserted: 2, updated: 0 },
        { table: 'verify_result', inserted: 1, updated: 0 },
      ]),
    );
    const retry = await marked(server, `${name}-retry`, { docCode: name, text: sampleText(name) });
    expect(new Set(Object.values(await planned(retry.entryId)))).toEqual(new Set(['VERSION']));
    const again = await verified(server, retry);
    expect(again.verdict.findings).toEqual([]);
    expect(again.verdict.result.verdict).toBe('PASS');
    expect(new Set((await versions(name)).map((v) => v.version_seq))).toEqual(new Set([1, 2]));
    expect(await reconstructed(again.changeSetId)).toMatchObject({
      text: sampleText(name),
      matchesSource: true,
    });
  });

  test('the escalation isn’t swept; a person ends it by abandon with a rationale', async () => {
    const made = await wasCut(server);
    await server.superuser.query(
      `update public.unit_version set body = body || '!' where provenance->>'change_set_id' = $1`,
      [made.changeSetId],
    );
    const failed = await verifyCut(server, made);
    const entryId = failed.result.escalationRef;
    const pass = await call(
      server,
      server.tokens.marker,
      'sweep',
      { idempotencyKey: fresh('sweep'), limit: 1000 },
      'promoted { entryId }',
    );
    expect(pass.promoted.map((e: Loose) => e.entryId)).not.toContain(entryId);
    const ended = await call(
      server,
      server.tokens.reviewer,
      'abandon',
      { idempotencyKey: fresh('abandon'), entryId, rationale: 'Restored from the archive.' },
      'entry { kind status }',
    );
    expect(ended.entry).toEqual({ kind: 'ESCALATION', status: 'ABANDONED' });
  });

  test('the source row altered: reconstruct still gives the document, from rows alone', async () => {
    const made = await verified(server);
    await server.superuser.query(
      `update cutter_source.source set content = 'forged'::bytea, sha256 = 'sha256:' || repeat('0', 64) where source_id = $1`,
      [made.sourceId],
    );
    expect(await reconstructed(made.changeSetId)).toMatchObject({
      text: sampleText(made.name),
      matchesSource: true,
    });
  });
});

describe('successors', () => {
  test('a failed predecessor keeps blocking until a reviewer declares its successor by SUPERSEDES, and that one is complete', async () => {
    const old = await reviewed(server, 'REJECT');
    const name = fresh('blocked');
    const entry = await reviewed(server, 'APPROVE', await marked(server, name, { blockedBy: [old.entryId] }));
    const attempt = (key: string) =>
      call(server, server.tokens.executor, 'cut', {
        idempotencyKey: key,
        entryId: entry.entryId,
        manifestDigest: entry.manifestDigest,
      });
    expect(await attempt(`${name}-1`)).toMatchObject({ __typename: 'DependencyOpen', guard: 'G-CUT-DEPS' });
    const heir = await wasCut(server);
    const declared = await call(server, server.tokens.reviewer, 'declareDependency', {
      idempotencyKey: fresh('heir'),
      fromEntryId: heir.entryId,
      toEntryId: old.entryId,
      kind: 'SUPERSEDES',
    });
    expect(declared.__typename).toBe('DeclareDependencySuccess');
    expect((await attempt(`${name}-2`)).__typename).toBe('DependencyOpen');
    await verifyCut(server, heir);
    expect((await attempt(`${name}-3`)).__typename).toBe('CutSuccess');
  });
});

describe('explicit spans', () => {
  const span = (address: string, end: number) => ({
    localId: 'all',
    start: 0,
    end,
    kind: 'section',
    sectionType: 'section',
    address,
  });

  test('an automation that marks by itself: its spans are cut, verified and given back', async () => {
    const name = fresh('spans');
    const text = `One stretch of ${name}.\n`;
    const source = await call(
      server,
      server.tokens.marker,
      'registerSource',
      { idempotencyKey: name, docCode: name, content: { text } },
      'source { sourceId }',
    );
    const cutSpec = { units: [span(`${name}/all`, Buffer.byteLength(text))] };
    const input = {
      idempotencyKey: `mark:${name}`,
      sourceId: source.source.sourceId,
      cutSpec,
      signalSource: 'robot',
    };
    const entry = await call(server, server.tokens.marker, 'mark', input, 'entry { entryId }');
    const made = await verified(server, {
      name,
      sourceId: source.source.sourceId,
      entryId: entry.entry.entryId,
    });
    expect(made.verdict.result.verdict).toBe('PASS');
    expect(await reconstructed(made.changeSetId)).toMatchObject({ text, matchesSource: true });
  });

  test('an address of another document is refused where it is marked, by name', async () => {
    const other = await verified(server);
    const name = fresh('taker');
    const text = 'Mine.\n';
    const source = await call(
      server,
      server.tokens.marker,
      'registerSource',
      { idempotencyKey: name, docCode: name, content: { text } },
      'source { sourceId }',
    );
    const cutSpec = { units: [span(`${other.name}/one`, Buffer.byteLength(text))] };
    const input = {
      idempotencyKey: `mark:${name}`,
      sourceId: source.source.sourceId,
      cutSpec,
      signalSource: 'robot',
    };
    expect(await call(server, server.tokens.marker, 'mark', input)).toMatchObject({
      __typename: 'CoverageBroken',
      problems: [{ code: 'address_taken', path: ['cutSpec', 'units', '0', 'address'] }],
    });
  });
});
