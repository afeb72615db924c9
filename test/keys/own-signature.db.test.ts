import { beforeAll, describe, expect, test } from 'vitest';
import { checkLedger } from '../../src/fsck/check.ts';
import type { Lane } from '../../src/law/values.ts';
import { verifyPassport } from '../../src/passport/verify.ts';
import { digestOf } from '../../src/proof/digest.ts';
import { preAuthEncoding } from '../../src/proof/dsse.ts';
import { signMessage, verifySignature } from '../../src/proof/ed25519.ts';
import { settled } from '../fsck/fsck-ground.ts';
import { caller } from '../harness/callers.ts';
import { call, fresh, type Loose, reviewed, verified, wasCut } from '../harness/cycle.ts';
import { freshKey, keyOf } from '../harness/keys.ts';
import { fingerprint } from '../harness/row-counts.ts';
import { type TestServer, testServer } from '../harness/server.ts';
import { issued, keysIn } from '../passport/passport-ground.ts';

let server: TestServer;
/** The same ledger, served without any key for statements. */
let keyless: TestServer;
beforeAll(async () => {
  server = await testServer();
  const { database } = server;
  keyless = await testServer({ database, secrets: { ...database.secrets, seeds: {} } });
});

type Signing = 'cut' | 'verify';
const WHO = { cut: 'executor', verify: 'verifier' } as const;
const LANE = { cut: 'DOT-991', verify: 'DOT-992' } as const satisfies Record<Signing, Lane>;
const STATEMENT = 'payloadType payload preAuthEncoding digest keyIds acceptedUntil';

const bytesOf = (text: string) => Buffer.from(text, 'base64');
const textOf = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64');

/** What a verb would sign: the statement, or the refusal. */
async function ask(
  verb: Signing,
  input: object,
  token = server.tokens[WHO[verb]],
  of = keyless,
): Promise<Loose> {
  const Verb = verb === 'cut' ? 'Cut' : 'Verify';
  const { body } = await of.gql(
    token,
    `mutation ($input: ${Verb}StatementInput!) { answer: ${verb}Statement(input: $input) { __typename
      ... on ${Verb}StatementSuccess { statement { ${STATEMENT} } }
      ... on Refusal { message guard retryable problems { path code message } } } }`,
    { input },
  );
  if (body.errors !== undefined) throw new Error(JSON.stringify(body.errors));
  return body.data.answer;
}

/** A call of the verb that would succeed, but for its signature. */
async function ground(verb: Signing): Promise<Record<string, string>> {
  const idempotencyKey = fresh(verb);
  if (verb === 'verify') return { idempotencyKey, changeSetId: (await wasCut(server)).changeSetId };
  const { entryId, manifestDigest } = await reviewed(server);
  return { idempotencyKey, entryId, manifestDigest };
}

function signed(
  verb: Signing,
  statement: Loose,
  key = keyOf(server.database.secrets, LANE[verb], 'statement'),
) {
  const payload = bytesOf(statement.payload);
  const signature = signMessage(key.seed, preAuthEncoding(statement.payloadType, payload));
  return { keyId: key.keyId, signature: textOf(signature), statement: statement.payload };
}

/** The same statement with other members. */
function altered(statement: Loose, change: (said: Loose) => object): Loose {
  const said = JSON.parse(bytesOf(statement.payload).toString());
  const text = JSON.stringify(change(said));
  return { ...statement, payload: Buffer.from(text).toString('base64') };
}

function send(
  verb: Signing,
  input: object,
  signature: object,
  token = server.tokens[WHO[verb]],
): Promise<Loose> {
  const success = verb === 'cut' ? 'changeSet { changeSetId }' : 'result { verifyResultId verdict }';
  return call(keyless, token, verb, { ...input, signature }, success);
}

describe.each(['cut', 'verify'] as const)('%s, signed by its caller', (verb) => {
  test('is asked for what to sign, which stores nothing', async () => {
    const input = await ground(verb);
    const before = await fingerprint(server);
    const { __typename, statement } = await ask(verb, input);
    expect(__typename).toBe(verb === 'cut' ? 'CutStatementSuccess' : 'VerifyStatementSuccess');
    const payload = bytesOf(statement.payload);
    expect(statement).toMatchObject({
      payloadType: `application/vnd.cutter.${verb}.${LANE[verb].toLowerCase()}.v1+json`,
      preAuthEncoding: textOf(preAuthEncoding(statement.payloadType, payload)),
      digest: digestOf(payload),
      keyIds: [keyOf(server.database.secrets, LANE[verb], 'statement').keyId],
    });
    const said = JSON.parse(payload.toString());
    expect(said).toMatchObject({ format: 'cutter-statement/2', phase: verb, lane: LANE[verb] });
    expect(Date.parse(said.acceptedUntil) - Date.parse(said.preparedAt)).toBe(15 * 60_000);
    expect(said.acceptedUntil).toBe(statement.acceptedUntil);
    expect(await fingerprint(server)).toBe(before);
  });

  test('is written with exactly that signature, and answers its repetition', async () => {
    const input = await ground(verb);
    const { statement } = await ask(verb, input);
    const signature = signed(verb, statement);
    const first = await send(verb, input, signature);
    expect(first.__typename).toBe(verb === 'cut' ? 'CutSuccess' : 'VerifySuccess');
    const { rows } = await server.superuser.query(
      'select signature_payload, payload_envelope from cutter_governance.dot_pair_signature where payload_hash = $1',
      [statement.digest],
    );
    expect(rows).toEqual([
      {
        signature_payload: bytesOf(statement.payload).toString(),
        payload_envelope: {
          payloadType: statement.payloadType,
          payload: statement.payload,
          signatures: [{ keyid: signature.keyId, sig: signature.signature }],
        },
      },
    ]);
    expect(await send(verb, input, signature)).toEqual({ ...first, replayed: true, rows: [] });
    expect(await ask(verb, input)).toMatchObject({
      __typename: verb === 'cut' ? 'AlreadyCut' : 'IllegalTransition',
    });
  });

  test('is refused where the statement differs in any member, which the refusal names', async () => {
    const input = await ground(verb);
    const { statement } = await ask(verb, input);
    const said = JSON.parse(bytesOf(statement.payload).toString());
    const before = await fingerprint(server);
    for (const member of Object.keys(said).filter((one) => !['preparedAt', 'acceptedUntil'].includes(one))) {
      const other = altered(statement, (whole) => ({ ...whole, [member]: 'another' }));
      expect(await send(verb, input, signed(verb, other))).toMatchObject({
        __typename: 'SignatureRefused',
        retryable: false,
        problems: [{ path: ['input', 'signature', 'statement', member], code: 'statement-differs' }],
      });
    }
    const spaced = {
      ...statement,
      payload: textOf(Buffer.from(` ${bytesOf(statement.payload).toString()}`)),
    };
    expect(await send(verb, input, signed(verb, spaced))).toMatchObject({
      __typename: 'SignatureRefused',
      problems: [{ code: 'statement-form' }],
    });
    expect(await fingerprint(server)).toBe(before);
  });

  test('is refused once 15 minutes have passed, and before its time', async () => {
    const input = await ground(verb);
    const { statement } = await ask(verb, input);
    const moved = (minutes: number) =>
      altered(statement, (said) => {
        const at = (text: string) => {
          const time = new Date(Date.parse(text) + minutes * 60_000).toISOString();
          return `${time.slice(0, 23)}${text.slice(23)}`;
        };
        return { ...said, acceptedUntil: at(said.acceptedUntil), preparedAt: at(said.preparedAt) };
      });
    const codes = [];
    for (const minutes of [-16, 60]) {
      const answer = await send(verb, input, signed(verb, moved(minutes)));
      codes.push(`${answer.__typename} ${answer.problems[0].code}`);
    }
    const longer = altered(statement, (said) => ({ ...said, acceptedUntil: '2999-01-01T00:00:00.000000Z' }));
    for (const other of [longer, altered(statement, () => [])]) {
      const answer = await send(verb, input, signed(verb, other));
      codes.push(`${answer.__typename} ${answer.problems[0].code}`);
    }
    expect(codes).toEqual([
      'SignatureRefused statement-late',
      'SignatureRefused statement-early',
      'SignatureRefused statement-unreadable',
      'SignatureRefused statement-unreadable',
    ]);
    // An earlier time within the quarter of an hour is as good: nothing was stored.
    const earlier = await send(verb, input, signed(verb, moved(-1)));
    expect(earlier.__typename).toBe(verb === 'cut' ? 'CutSuccess' : 'VerifySuccess');
  });

  test('is refused with a key that is unknown, of the other lane, or of another principal', async () => {
    const input = await ground(verb);
    const { statement } = await ask(verb, input);
    const { secrets } = server.database;
    const lane = LANE[verb];
    const stranger = await caller(server, { scopes: [verb === 'cut' ? 'change:cut' : 'change:verify'] });
    const otherLane = lane === 'DOT-991' ? 'DOT-992' : 'DOT-991';
    const before = await fingerprint(server);
    const code = async (key: Parameters<typeof signed>[2], token?: string) => {
      const answer = await send(verb, input, signed(verb, statement, key), token);
      return `${answer.__typename} ${answer.problems[0].code}`;
    };
    expect(await code(freshKey(lane))).toBe('SignatureRefused key-unknown');
    expect(await code(keyOf(secrets, lane, 'checkpoint'))).toBe('SignatureRefused key-unknown');
    expect(await code(keyOf(secrets, otherLane, 'statement'))).toBe(
      // The executor's key is the executor's: the verifier may not even borrow it.
      verb === 'verify' ? 'SameParty same-key' : 'SignatureRefused key-of-other-lane',
    );
    expect(await code(keyOf(secrets, lane, 'statement'), stranger.token)).toBe(
      'SignatureRefused key-of-other-principal',
    );
    // And it has nothing to sign with.
    expect(await ask(verb, input, stranger.token)).toMatchObject({
      __typename: 'LaneMismatch',
      problems: [{ code: 'no-own-key' }],
    });
    expect(await fingerprint(server)).toBe(before);
  });

  test('is refused with a signature of other bytes, or of another type', async () => {
    const input = await ground(verb);
    const { statement } = await ask(verb, input);
    const good = signed(verb, statement);
    const key = keyOf(server.database.secrets, LANE[verb], 'statement');
    const flipped = bytesOf(good.signature);
    flipped[0] = (flipped[0] as number) ^ 1;
    const otherType = preAuthEncoding('application/json', bytesOf(statement.payload));
    for (const bytes of [flipped, signMessage(key.seed, otherType), Buffer.alloc(64)])
      expect(await send(verb, input, { ...good, signature: textOf(bytes) })).toMatchObject({
        __typename: 'SignatureRefused',
        problems: [{ path: ['input', 'signature', 'signature'], code: 'signature-invalid' }],
      });
    for (const [member, value] of [
      ['keyId', 'ed25519:short'],
      ['signature', 'AAAA'],
      ['statement', '%'],
    ] as const)
      expect(await send(verb, input, { ...good, [member]: value })).toMatchObject({
        __typename: 'InvalidInput',
        problems: [{ path: ['input', 'signature', member] }],
      });
    expect((await send(verb, input, good)).__typename).toMatch(/Success$/);
  });

  test('refuses where the verb does, with the same refusal', async () => {
    const id = '00000000-0000-5000-8000-000000000000';
    const input = verb === 'cut' ? { entryId: id, manifestDigest: digestOf('x') } : { changeSetId: id };
    const asked = { idempotencyKey: fresh('none'), ...input };
    const success = await call(server, server.tokens[WHO[verb]], verb, asked);
    expect(await ask(verb, asked)).toEqual(success);
    const observer = await ask(verb, asked, server.tokens.observer);
    expect(observer).toMatchObject({
      __typename: 'Forbidden',
      message: expect.stringContaining(`${verb}Statement`),
    });
  });

  test('is needed where the server holds no key of the lane', async () => {
    const input = await ground(verb);
    expect(await call(keyless, server.tokens[WHO[verb]], verb, input)).toMatchObject({
      __typename: 'LaneNotServed',
      message: expect.stringContaining(`${verb}Statement`),
      problems: [{ code: 'key-not-held' }],
    });
    expect((await call(server, server.tokens[WHO[verb]], verb, input)).__typename).toMatch(/Success$/);
  });
});

describe('a statement that no longer holds', () => {
  test('of a verdict that is another by now is refused: the verdict is found, never given', async () => {
    const { changeSetId } = await wasCut(server);
    const input = { idempotencyKey: fresh('verify'), changeSetId };
    const { statement } = await ask('verify', input);
    await server.superuser.query(
      `update public.unit_version set body = body || ' ' where provenance->>'change_set_id' = $1 and version_seq = 1`,
      [changeSetId],
    );
    const refused = await send('verify', input, signed('verify', statement));
    expect(refused.__typename).toBe('SignatureRefused');
    expect(refused.problems.map(({ path }: Loose) => path.at(-1)).toSorted()).toEqual(['axes', 'verdict']);
    const now = await ask('verify', input);
    expect(await send('verify', input, signed('verify', now.statement))).toMatchObject({
      __typename: 'VerifySuccess',
      result: { verdict: 'FAIL' },
    });
  });

  test('of an approval that another one has superseded is refused', async () => {
    const made = await reviewed(server);
    const { entryId, manifestDigest } = made;
    const input = { idempotencyKey: fresh('cut'), entryId, manifestDigest };
    const { statement } = await ask('cut', input);
    await call(server, server.tokens.reviewer, 'review', {
      idempotencyKey: fresh('again'),
      entryId,
      verdict: 'APPROVE',
      manifestDigest,
      supersedesDecisionId: made.decisionId,
    });
    const answer = await send('cut', input, signed('cut', statement));
    expect(answer.problems.map(({ path }: Loose) => path.at(-1))).toContain('reviewDecisionId');
  });
});

describe('what callers signed', () => {
  test('verifies offline in a passport, and the whole ledger is as it should be', async () => {
    const own = await testServer();
    const say = async (verb: Signing, input: object, success: string) => {
      const answer = await ask(verb, input, own.tokens[WHO[verb]], own);
      return await call(
        own,
        own.tokens[WHO[verb]],
        verb,
        { ...input, signature: signed(verb, answer.statement) },
        success,
      );
    };
    const { entryId, manifestDigest } = await reviewed(own);
    const cutting = { idempotencyKey: fresh('cut'), entryId, manifestDigest };
    const { changeSetId } = (await say('cut', cutting, 'changeSet { changeSetId }')).changeSet;
    const verifying = { idempotencyKey: fresh('verify'), changeSetId };
    expect((await say('verify', verifying, 'result { verdict }')).result.verdict).toBe('PASS');
    // The server signs the next ones.
    await verified(own);
    const { text } = await issued(own, changeSetId);
    const keys = await keysIn(own.database);
    expect(verifyPassport(Buffer.from(text), keys, verifySignature)).toMatchObject({
      ok: true,
      said: { changeSetId, verified: { verdict: 'pass' } },
    });
    await settled(own);
    expect((await checkLedger({ url: own.database.urls.evidence })).findings).toEqual([]);
  });
});
