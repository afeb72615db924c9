import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { KINDS, type Kind } from '../../src/fsck/kinds.ts';
import { cosigned, forgetTree, type RecordBody, repairRecord } from '../fsck/fsck-ground.ts';
import { verified } from '../harness/cycle.ts';
import { type TestServer, type TestServerOptions, testServer } from '../harness/server.ts';
import { again } from '../log/checkpoint/checkpoint-ground.ts';
import { keysFile } from '../passport/passport-ground.ts';
import { monitorFolder, watched } from './monitor-ground.ts';

const kindOf = (recorded: string) => KINDS.find((kind) => kind.recorded === recorded) as Kind;

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
    expect(later.lines[0]).toMatch(/Nobody has acknowledged \d+ findings? of earlier runs/);
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
    expect((await watched(server, { state, keysText })).verdicts).toEqual(['other-incarnation']);
    expect((await watched(server, { keysText })).verdicts).toEqual(['other-incarnation']);
  });
});
