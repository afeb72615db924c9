import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { cosigned, tamper } from '../fsck/fsck-ground.ts';
import { verified } from '../harness/cycle.ts';
import { type TestServer, testServer } from '../harness/server.ts';
import { monitorFolder, watched } from './monitor-ground.ts';

const G = 'cutter_governance';

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
