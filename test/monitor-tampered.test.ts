import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeAll, describe, expect, test } from 'vitest';
import { KINDS, type Kind } from '../src/ledger/fsck/kinds.ts';
import { again } from './checkpoint-ground.ts';
import { cosigned, forgetTree, type RecordBody, repairRecord, tamper } from './fsck-ground.ts';
import { verified } from './harness/cycle.ts';
import { type TestServer, type TestServerOptions, testServer } from './harness/server.ts';
import { monitorFolder, watched } from './monitor-ground.ts';
import { keysFile } from './passport-ground.ts';

const G = 'cutter_governance';
const kindOf = (recorded: string) => KINDS.find((kind) => kind.recorded === recorded) as Kind;

describe('a ledger that was tampered with behind its server', () => {
  let server: TestServer;
  let state: string;
  /** A state in which the ledger was still as it should be. */
  let seen: string;

  beforeAll(async () => {
    server = await testServer({ heartbeatMs: 1000 });
    await verified(server);
    await verified(server);
    await cosigned(server);
    state = join(monitorFolder(), 'state.json');
    expect((await watched(server, { state })).verdicts).toEqual([]);
    seen = readFileSync(state, 'utf8');
  });

  const one = async (query: string) => {
    const { rows } = await server.superuser.query({ text: query, rowMode: 'array' });
    return (rows[0] as unknown as string[])[0] as string;
  };
  const known = () => {
    writeFileSync(state, seen);
    return state;
  };
  const positionOf = (verb: string) =>
    one(
      `select min(position)::text from cutter_log.log join cutter_log.record_part using (record_id) where body like '%"verb":"${verb}"}'`,
    );

  test('a body that was altered is told at its position, and judging goes on', async () => {
    const position = await positionOf('mark');
    await tamper(
      server,
      ['cutter_log.record_part'],
      [
        `update cutter_log.record_part set body = replace(body, '"mode":"rehearsal"', '"mode":"production"')
        where record_id = (select record_id from cutter_log.log where position = ${position})`,
      ],
      async () => {
        const { findings, status, summary } = await watched(server);
        expect(findings[0]).toMatchObject({ verdict: 'record-altered', position: Number(position) });
        expect(findings.slice(1).map(({ verdict }) => verdict)).toEqual(['passport-refused']);
        expect(summary?.position).toBe(Number(await one('select next_position::text from cutter_log.head')));
        expect(status).toBe(1);
      },
    );
  });

  test('a body that is gone is told', async () => {
    const position = await positionOf('sweep');
    await tamper(
      server,
      ['cutter_log.record_part'],
      [
        `delete from cutter_log.record_part where record_id = (select record_id from cutter_log.log where position = ${position})`,
      ],
      async () => {
        expect((await watched(server)).findings).toMatchObject([
          { verdict: 'record-altered', position: Number(position) },
        ]);
      },
    );
  });

  test.each<[string, string, string]>([
    [
      'a column of the cut',
      `update ${G}.cut_change_set set manifest_version = 'sha256:' || repeat('0', 64)`,
      'passport-refused',
    ],
    ['the verdict', `update ${G}.verify_result set verdict_rationale = 'fine'`, 'passport-refused'],
    [
      'the expiry of the approval',
      `update ${G}.review_decision set expires_at = '2001-01-01'`,
      'passport-refused',
    ],
    [
      'a planned block',
      `update ${G}.manifest_unit_block set render_order = render_order + 1`,
      'passport-refused',
    ],
    ['the result, taken away', `delete from ${G}.verify_result`, 'passport-missing'],
  ])('%s: the passports tell', async (_, change, verdict) => {
    const table = change.split(' ')[change.startsWith('delete') ? 2 : 1] as string;
    await tamper(server, [table], [change], async () => {
      const { findings, status } = await watched(server);
      expect(findings.length).toBeGreaterThan(0);
      expect(new Set(findings.map((finding) => finding.verdict))).toEqual(new Set([verdict]));
      expect(status).toBe(1);
    });
  });

  test('a passport that is another one later is told', async () => {
    await tamper(server, [`${G}.cut_change_set`], [], async () => {
      await verified(server);
      await server.superuser.query(`update ${G}.cut_change_set set scenario_ref = 'another'`);
      const { verdicts } = await watched(server, { state: known() });
      expect(verdicts).toContain('passport-changed');
    });
  });

  test('a node of the tree that was altered leaves a head unproved', async () => {
    const size = await one('select max(size)::text from cutter_log.v_checkpoint');
    await verified(server);
    await cosigned(server);
    await tamper(
      server,
      ['cutter_log.node'],
      [`update cutter_log.node set hash = sha256(hash) where idx * (1 << level) < ${size}`],
      async () => {
        const { verdicts } = await watched(server, { state: known() });
        expect(verdicts).toContain('inconsistent');
      },
    );
  });
});

/** Both lanes' keys in one hand: everything is written and signed anew, and only what the records say is left to tell. */
describe('a history that was forged whole', () => {
  const open: TestServer[] = [];
  const started = async (options: TestServerOptions = {}): Promise<TestServer> => {
    const server = await testServer({ heartbeatMs: 1000, ...options });
    open.push(server);
    return server;
  };
  // A file of many databases would have all of its roles' connections otherwise.
  afterEach(async () => {
    const servers = open.splice(0);
    for (const server of servers) await server.close();
    for (const { database } of servers) await database.drop();
  });

  async function forged(
    alter: (server: TestServer) => Promise<void>,
  ): Promise<{ server: TestServer; state: string }> {
    const first = await started();
    await verified(first);
    await cosigned(first);
    const state = join(monitorFolder(), 'state.json');
    expect((await watched(first, { state })).verdicts).toEqual([]);
    await first.close();
    await alter(first);
    const server = await started({ database: first.database });
    await again(
      async () => (await server.superuser.query('select 1 from cutter_log.v_checkpoint')).rowCount === 1,
    );
    return { server, state };
  }

  const change = (recorded: string, alter: (body: RecordBody) => void) => async (server: TestServer) => {
    const kind = kindOf(recorded);
    const { rows } = await server.superuser.query(
      `select ${kind.key[0]}::text as key from ${kind.table} limit 1`,
    );
    const client = await server.superuser.connect();
    await client.query('set session_replication_role = replica');
    await repairRecord(client, kind, rows[0].key, { hash: true }, alter);
    for (const statement of forgetTree) await client.query(statement);
    await client.query('reset session_replication_role');
    client.release();
  };

  test('whoever saw it before tells that it is another', async () => {
    const { server, state } = await forged(
      change('verify_result', (body) => {
        body.personId = crypto.randomUUID();
      }),
    );
    const again = await watched(server, { state });
    expect(again.verdicts).toEqual(['other-root']);
    expect(again.status).toBe(1);
    // What was refused is not kept, but that it was.
    const later = await watched(server, { state });
    expect(later.lines[0]).toMatch(/findings of earlier runs stand/);
    expect(later.verdicts).toEqual(['other-root']);
  });

  test('whoever sees it for the first time tells that the verifier is the executor', async () => {
    const { server } = await forged(async (first) => {
      const { rows } = await first.superuser.query(
        `select person_id::text as person from cutter_auth.principal where name = 'executor'`,
      );
      await change('verify_result', (body) => {
        body.personId = rows[0].person;
      })(first);
    });
    const { findings } = await watched(server);
    expect(findings.map(({ verdict }) => verdict)).toEqual(['sod-broken', 'passport-refused']);
    expect(findings[0]?.message).toMatch(/The person \S+ both cut and verified entry/);
  });

  test('a database that was set back is told by whoever saw it whole', async () => {
    const first = await started();
    await verified(first);
    await cosigned(first);
    const state = join(monitorFolder(), 'state.json');
    expect((await watched(first, { state })).verdicts).toEqual([]);
    await first.close();
    await first.superuser.query(`
      delete from cutter_log.log where position >= 6; update cutter_log.head set next_position = 6;
      ${forgetTree.join('; ')}`);
    const server = await started({ database: first.database });
    const { verdicts, status, lines } = await watched(server, { state });
    expect(verdicts, lines.join('\n')).toEqual(['restored']);
    expect(status).toBe(1);
  });

  test('a database of another incarnation is told', async () => {
    const first = await started();
    await verified(first);
    const keysText = await keysFile(first.database);
    const state = join(monitorFolder(), 'state.json');
    expect((await watched(first, { state, keysText })).verdicts).toEqual([]);
    await first.close();
    await first.superuser.query('update cutter_log.head set incarnation = gen_random_uuid()');
    const server = await started({ database: first.database });
    expect((await watched(server, { state, keysText })).verdicts).toEqual(['restored']);
    expect((await watched(server, { keysText })).verdicts).toEqual(['other-incarnation']);
  });
});
