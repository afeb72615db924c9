import { beforeAll, describe, expect, test } from 'vitest';
import { verifyPassport } from '../src/passport/verify.ts';
import { verify, verifyWithTweetnacl } from '../src/proof/ed25519.ts';
import type { KnownKeys } from '../src/proof/keys-file.ts';
import { type Loose, verified, type WasCut } from './harness/cycle.ts';
import { type TestServer, testServer } from './harness/server.ts';
import { issued, keysIn } from './passport-ground.ts';

let server: TestServer;
let keys: KnownKeys;
let made: WasCut;
let passport: Loose;
beforeAll(async () => {
  server = await testServer();
  made = await verified(server);
  passport = await issued(server, made.changeSetId);
  keys = await keysIn(server.database);
});

describe('passport', () => {
  test('of a first cut is good', () => {
    expect(verifyPassport(Buffer.from(passport.text), keys, verify)).toEqual({ ok: true, said: expect.anything() });
    expect(verifyPassport(Buffer.from(passport.text), keys, verifyWithTweetnacl)).toEqual({ ok: true, said: expect.anything() });
  });
});
