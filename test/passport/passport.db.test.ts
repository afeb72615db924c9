import { createHash } from 'node:crypto';
import { beforeAll, describe, expect, test } from 'vitest';
import type { Said } from '../../src/passport/said.ts';
import { verifyPassport } from '../../src/passport/verify.ts';
import { canonicalJson } from '../../src/proof/canonical.ts';
import { verifySignature, verifyWithTweetnacl } from '../../src/proof/ed25519.ts';
import { parseKeys } from '../../src/proof/keys-file.ts';
import { marked, sampleText, verified, verifyCut, type WasCut, wasCut } from '../harness/cycle.ts';
import { rotated } from '../harness/keys.ts';
import { type TestServer, testServer } from '../harness/server.ts';
import { again } from '../log/checkpoint/checkpoint-ground.ts';
import { askPassport, issued, keysFile, keysIn } from './passport-ground.ts';

let server: TestServer;
let made: WasCut;
beforeAll(async () => {
  server = await testServer();
  made = await verified(server);
});

/** Ends a server and its database: a file of many would have all of its roles' connections otherwise. */
async function end({ close, database }: TestServer): Promise<void> {
  await close();
  await database.drop();
}

/** What a passport says, by whatever engine judges it; a refused one fails the test with its reason. */
async function saidOf(text: string, engine = verifySignature): Promise<Said> {
  const verdict = verifyPassport(Buffer.from(text), await keysIn(server.database), engine);
  if (!verdict.ok) throw new Error(`${verdict.where}: ${verdict.reason}`);
  return verdict.said;
}

describe('the passport of a verified cut', () => {
  test('is good by both engines and says what was done, by whom and where', async () => {
    const passport = await issued(server, made.changeSetId);
    const said = await saidOf(passport.text);
    expect(await saidOf(passport.text, verifyWithTweetnacl)).toEqual(said);
    const bytes = Buffer.from(sampleText(made.name));
    expect(said).toMatchObject({
      mode: 'rehearsal',
      origin: passport.checkpoint.origin,
      changeSetId: made.changeSetId,
      entryId: made.entryId,
      document: {
        docCode: made.name,
        byteLength: bytes.length,
        sourceDigest: `sha256:${createHash('sha256').update(bytes).digest('hex')}`,
      },
      plan: { manifestDigest: made.manifestDigest, profile: 'markdown@3', counts: { records: 6, birth: 4 } },
      approved: { decisionId: made.decisionId, expiresAt: null },
      verified: { verdict: 'pass', compensatedBy: null },
      checkpoint: { size: Number(passport.checkpoint.size), root: passport.checkpoint.root },
    });
    const positions = [said.registered, said.marked, said.approved, said.cut, said.verified].map(
      ({ position }) => position,
    );
    expect(positions).toEqual(positions.toSorted((a, b) => a - b));
    expect(said.checkpoint.size).toBeGreaterThan(said.verified.position);
  });

  test('comes with its digest, a name for the file, and the smallest checkpoint that covers it', async () => {
    const passport = await issued(server, made.changeSetId);
    expect(passport).toMatchObject({
      changeSetId: made.changeSetId,
      verdict: 'PASS',
      digest: `sha256:${createHash('sha256').update(passport.text).digest('hex')}`,
      fileName: `passport-${made.name}-${made.changeSetId}.json`,
    });
    const { rows } = await server.superuser.query(
      'select min(size)::text as size from cutter_log.v_checkpoint where size > $1',
      [(await saidOf(passport.text)).verified.position],
    );
    expect(passport.checkpoint.size).toBe(rows[0].size);
  });

  test('names the persons that stand in the registry', async () => {
    const said = await saidOf((await issued(server, made.changeSetId)).text);
    const { rows } = await server.superuser.query(
      `select e.changed_by, e.change_kind from cutter_governance.decision_backlog_history e where e.entry_id = $1`,
      [made.entryId],
    );
    const by = Object.fromEntries(rows.map((row) => [row.change_kind, row.changed_by]));
    expect([said.marked, said.approved, said.cut, said.verified].map((deed) => deed.principalId)).toEqual([
      by.mark,
      by['review:approve'],
      by.cut,
      by['verify:pass'],
    ]);
    expect(new Set([said.approved, said.cut, said.verified].map((deed) => deed.personId)).size).toBe(3);
  });

  test('of an amendment has the units that change, stay and vanish', async () => {
    const [kept] = sampleText(made.name).replace('First', 'Amended').split('## Two');
    const text = `${kept}## Three\n\nNew.\n`;
    const amended = await verified(server, await marked(server, 'amendment', { docCode: made.name, text }));
    const said = await saidOf((await issued(server, amended.changeSetId)).text);
    expect(said.plan.counts).toEqual({ records: 6, birth: 1, version: 1, unchanged: 2, vanished: 1 });
  });

  test('of a failed verification is good, and names the compensation', async () => {
    const cut = await wasCut(server);
    await server.superuser.query(
      `update public.unit_version set body = body || ' ' where provenance->>'change_set_id' = $1 and version_seq = 1`,
      [cut.changeSetId],
    );
    const { result, findings } = await verifyCut(server, cut);
    expect(result.verdict).toBe('FAIL');
    const passport = await issued(server, cut.changeSetId);
    expect(passport.verdict).toBe('FAIL');
    expect((await saidOf(passport.text)).verified).toMatchObject({
      verdict: 'fail',
      rationale: findings[0].message,
      compensatedBy: result.rollbackChangeSetIdTriggered,
    });
    expect(await askPassport(server, result.rollbackChangeSetIdTriggered)).toMatchObject({
      __typename: 'IllegalTransition',
      message: expect.stringContaining(`the cut that it compensates, ${cut.changeSetId}`),
    });
  });

  test('whose row was altered in the database is refused by whoever judges it', async () => {
    const cut = await verified(server);
    await server.superuser.query(
      `update cutter_governance.review_decision set risk_class_assessment = 'high' where review_decision_id = $1`,
      [cut.decisionId],
    );
    const { text } = await issued(server, cut.changeSetId);
    expect(verifyPassport(Buffer.from(text), await keysIn(server.database), verifySignature)).toMatchObject({
      ok: false,
      where: 'rows.decision.columns.risk_class_assessment',
    });
  });
});

describe('a passport is fixed', () => {
  test('later phases, other checkpoints and another key leave every byte as it was', async () => {
    const fixed = await testServer();
    const cut = await verified(fixed);
    const { text, checkpoint } = await issued(fixed, cut.changeSetId);
    const keysThen = await keysFile(fixed.database);
    await verified(fixed);
    await verified(fixed, await marked(fixed, 'again', { docCode: cut.name, text: '# New\n\nText.\n' }));
    await again(
      async () => ((await fixed.provable.checkpoints.latest())?.size ?? 0) > Number(checkpoint.size),
    );
    await rotated(fixed.database, fixed.database.secrets, 'DOT-991', 'statement');
    expect((await issued(fixed, cut.changeSetId)).text).toBe(text);
    // Judged by the keys of then and by those of now.
    const keysNow = await keysFile(fixed.database);
    expect(keysNow).not.toBe(keysThen);
    for (const keys of [keysThen, keysNow])
      expect(verifyPassport(Buffer.from(text), parseKeys(keys), verifySignature)).toMatchObject({ ok: true });
    await end(fixed);
  });
});

describe('the records of the two keys', () => {
  interface Introduction {
    readonly position: string;
    readonly body: { readonly verb: string; readonly lane: string };
  }
  const introductions = (text: string): Introduction[] => JSON.parse(text).records.keys;

  test('of first keys are those that begin the log', async () => {
    const { text } = await issued(server, made.changeSetId);
    expect(
      introductions(text)
        .map(({ body }) => `${body.verb} ${body.lane}`)
        .toSorted(),
    ).toEqual(['key:add DOT-991', 'key:add DOT-992']);
  });

  test('of keys that followed others are the rotations, and those before and after are told apart', async () => {
    const old = await testServer();
    const before = await verified(old);
    const first = await issued(old, before.changeSetId);
    await old.close();
    let { secrets } = old.database;
    for (const lane of ['DOT-991', 'DOT-992'] as const)
      for (const purpose of ['statement', 'checkpoint'] as const)
        secrets = await rotated(old.database, secrets, lane, purpose);
    const now = await testServer({ database: old.database, secrets });
    const after = await verified(now, await marked(now, 'after'));
    const second = await issued(now, after.changeSetId);
    const keys = await keysIn(now.database);
    expect(verifyPassport(Buffer.from(first.text), keys, verifySignature)).toMatchObject({ ok: true });
    expect(verifyPassport(Buffer.from(second.text), keys, verifySignature)).toMatchObject({ ok: true });
    expect((await issued(now, before.changeSetId)).text).toBe(first.text);
    const [one, two] = [JSON.parse(first.text).keys, JSON.parse(second.text).keys];
    for (const key of ['executor', 'verifier', 'executorCheckpoint', 'verifierCheckpoint'])
      expect(two[key].keyId).not.toBe(one[key].keyId);
    const rotations = introductions(second.text);
    expect(rotations.map(({ body }) => body.verb)).toEqual(['key:rotate', 'key:rotate']);
    expect(rotations.map(({ position }) => position)).toEqual([two.executor.from, two.verifier.from]);
    // The keys of then don't know the ones that followed.
    const former = { ...keys, keys: keys.keys.filter(({ keyId }) => keyId !== two.executor.keyId) };
    expect(verifyPassport(Buffer.from(second.text), former, verifySignature)).toMatchObject({
      ok: false,
      reason: expect.stringMatching(/^The executor signed with key .*, which the keys given don't have\.$/),
    });
    await end(now);
  });

  test('that say otherwise than the keys given are refused', async () => {
    const { text } = await issued(server, made.changeSetId);
    const keys = await keysIn(server.database);
    const later = {
      ...keys,
      keys: keys.keys.map((key) =>
        key.purpose === 'statement' && key.lane === 'DOT-991' ? { ...key, from: 1 } : key,
      ),
    };
    const passport = JSON.parse(text);
    passport.keys.executor.from = '1';
    expect(verifyPassport(Buffer.from(canonicalJson(passport)), later, verifySignature)).toMatchObject({
      ok: false,
      reason: expect.stringMatching(/says otherwise than the keys given/),
      where: expect.stringMatching(/^records\.keys\.\d\.body$/),
    });
    passport.keys.executor.from = '0';
    passport.records.keys[0] = passport.records.cut;
    expect(verifyPassport(Buffer.from(canonicalJson(passport)), keys, verifySignature)).toMatchObject({
      ok: false,
      reason: expect.stringMatching(/introduces neither of the two keys that signed/),
      where: 'records.keys.0.body',
    });
  });
});

describe('no passport is given', () => {
  test('of what is unknown, or no id', async () => {
    const id = '00000000-0000-4000-8000-000000000000';
    expect(await askPassport(server, id)).toMatchObject({
      __typename: 'NotFound',
      message: `There is no change set ${id}.`,
    });
    expect(await askPassport(server, 'x')).toMatchObject({
      __typename: 'InvalidInput',
      problems: [{ path: ['changeSetId'] }],
    });
  });

  test('before the verification', async () => {
    const { changeSetId } = await wasCut(server);
    expect(await askPassport(server, changeSetId)).toMatchObject({
      __typename: 'IllegalTransition',
      retryable: true,
      message: expect.stringMatching(/isn't verified yet/),
    });
  });

  test('before a checkpoint covers it: ask again', async () => {
    const { database } = server;
    const unsigned = await testServer({
      secrets: { ...database.secrets, checkpointSeeds: {} },
    });
    const cut = await verified(unsigned);
    const answer = await again(async () => {
      const asked = await askPassport(unsigned, cut.changeSetId);
      return asked.problems[0].code === 'no-checkpoint' ? asked : null;
    });
    expect(answer).toMatchObject({
      __typename: 'Busy',
      retryable: true,
      message: expect.stringMatching(/^No checkpoint covers position \d+ yet; ask again in a second\.$/),
    });
    await end(unsigned);
  });

  test('of a cut whose rows or records are gone', async () => {
    const bereft = await testServer();
    const cut = await verified(bereft);
    const { text } = await issued(bereft, cut.changeSetId);
    const { review } = JSON.parse(text).records;
    await bereft.superuser.query('delete from cutter_log.record_part where record_id = $1', [
      review.body.recordId,
    ]);
    expect(await askPassport(bereft, cut.changeSetId)).toMatchObject({
      __typename: 'NotFound',
      message: expect.stringMatching(`^The record at position ${review.position} is gone from the database`),
    });
    await bereft.superuser.query(
      `begin; set local session_replication_role = replica;
       delete from cutter_governance.dot_pair_signature where signer_dot_id = 'DOT-992'; commit`,
    );
    expect(await askPassport(bereft, cut.changeSetId)).toMatchObject({
      __typename: 'NotFound',
      message: expect.stringMatching(
        /^The verifierSignature of this cut is gone from the database; run cutter fsck/,
      ),
    });
    await end(bereft);
  });

  test('to whoever may only observe', async () => {
    const query = `{ passport(changeSetId: "${made.changeSetId}") { __typename } }`;
    const { body } = await server.gql(server.tokens.observer, query);
    expect(body.errors?.[0]?.extensions).toMatchObject({ code: 'FORBIDDEN' });
  });
});
