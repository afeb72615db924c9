import { afterAll, expect, test, vi } from 'vitest';
import { writeLedgerKeys } from '../../src/cli/keys.ts';
import { readConfig } from '../../src/config.ts';
import { ledgerKeyOf } from '../../src/home/ledger-key.ts';
import { verifyPassport } from '../../src/passport/verify.ts';
import { verifySignature } from '../../src/proof/ed25519.ts';
import { parseKeys } from '../../src/proof/keys-file.ts';
import { settled } from '../fsck/fsck-ground.ts';
import { type Loose, verified } from '../harness/cycle.ts';
import { restoreGround, type Up } from '../harness/incarnation-ground.ts';
import type { TestServer } from '../harness/server.ts';
import { RESTARTS_POSTGRES_MS, WAITS_FOR_OTHERS_MS } from '../harness/timeouts.ts';
import { issued } from './passport-ground.ts';

vi.setConfig({ testTimeout: RESTARTS_POSTGRES_MS, hookTimeout: RESTARTS_POSTGRES_MS });

const ground = restoreGround();
let ledger: Up;
afterAll(async () => {
  await ledger?.down().catch(() => {});
  ground.remove();
});

const server = (): TestServer => ({ ...ledger, database: ledger }) as unknown as TestServer;

async function passportOfCut(): Promise<Loose> {
  const { changeSetId } = await verified(server());
  const passport = await issued(server(), changeSetId);
  await settled(server());
  return passport;
}

/** What `cutter keys` writes. */
async function keysText(): Promise<string> {
  let text = '';
  const says: string[] = [];
  const config = readConfig({ CUTTER_HOME: ground.home });
  const code = await writeLedgerKeys(
    { url: new URL('/graphql', ledger.url).href, ledgerKey: ledgerKeyOf(ledger.secrets) },
    config,
    (more) => {
      text += more;
    },
    (line) => says.push(line),
  );
  expect([code, says]).toEqual([0, []]);
  return text;
}

const incarnations = async (): Promise<Loose[]> =>
  (await ledger.gql(ledger.tokens.observer, '{ incarnations { origin from until } }')).body.data.incarnations;

const judged = (text: string, known: string) =>
  verifyPassport(Buffer.from(text), parseKeys(known), verifySignature);

test('passports of before a restore stay good under the keys of after it, as far as both lanes kept the log', async () => {
  ledger = await ground.up();
  const kept = await passportOfCut();
  const [first] = await incarnations();
  expect(await incarnations()).toEqual([{ origin: first?.['origin'], from: '0', until: null }]);
  const before = await keysText();
  expect(JSON.parse(before)).not.toHaveProperty('earlier');
  await ledger.down();
  ground.keep('backup');
  ledger = await ground.up();
  const lost = await passportOfCut();
  expect(judged(lost.text, before)).toMatchObject({ ok: true });

  await ledger.down();
  ground.putBack('backup');
  ledger = await ground.up();
  expect((await ground.resume()).code).toBe(0);
  await vi.waitFor(async () => expect(await incarnations()).toHaveLength(2), {
    timeout: WAITS_FOR_OTHERS_MS,
  });
  const made = await passportOfCut();
  const after = await keysText();
  const [ended, present] = await incarnations();
  expect(ended).toEqual({ origin: first?.['origin'], from: '0', until: present?.['from'] });
  expect(present).toMatchObject({ origin: parseKeys(after).origin, until: null });
  expect(JSON.parse(after).earlier).toEqual([{ origin: ended?.['origin'], until: ended?.['until'] }]);

  // The one that was made is still issued, to the byte.
  expect((await issued(server(), kept.changeSetId)).text).toBe(kept.text);
  for (const { text } of [kept, made]) expect(judged(text, after)).toMatchObject({ ok: true });
  expect(judged(lost.text, after)).toMatchObject({
    ok: false,
    where: 'checkpoint',
    reason: expect.stringMatching(
      new RegExp(`^The passport is of the ledger ${ended?.['origin']} at \\d+ positions; it was set back`),
    ),
  });
  const { earlier, ...without } = JSON.parse(after);
  expect(earlier).toHaveLength(1);
  expect(judged(kept.text, JSON.stringify(without))).toMatchObject({ ok: false, where: 'checkpoint' });
  expect(judged(made.text, before)).toMatchObject({ ok: false, where: 'checkpoint' });
});

test('what stands in the database of an end that no lane signed is told to nobody', async () => {
  const [ended, present] = await incarnations();
  // Written by whoever owns the database: another past of the present incarnation.
  await ledger.superuser.query(
    `with past as (
       insert into cutter_log.suspension (incarnation, reason, seen_size, noticed_by, noticed_at)
       values (gen_random_uuid(), 'forged', 1, 'nobody', now()) returning incarnation
     )
     insert into cutter_log.resumption
     select past.incarnation, r.lane, r.position, r.root, r.next_incarnation, r.key_id, r.envelope, now()
     from cutter_log.resumption r cross join past`,
  );
  expect(await incarnations()).toEqual([ended, present]);
  expect(ledger.alarms).toContain('RESUMPTION_REFUSED');
});
