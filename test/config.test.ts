import { expect, test } from 'vitest';
import { ConfigFault, readConfig } from '../src/config.ts';
import { LIMITS } from '../src/doors/bounds/limits.ts';

test('config: an empty environment is a rehearsal on loopback', () => {
  expect(readConfig({})).toMatchObject({
    port: 4000,
    host: '127.0.0.1',
    databaseUrl: null,
    mode: 'rehearsal',
    graphiql: true,
    limits: LIMITS,
    // The home's own server is looked up when a command needs it.
    client: { url: null },
  });
});

test('config: production hides GraphiQL unless told', () => {
  expect(readConfig({ CUTTER_MODE: 'production' }).graphiql).toBe(false);
  expect(readConfig({ CUTTER_MODE: 'production', CUTTER_GRAPHIQL: 'on' }).graphiql).toBe(true);
});

test.each([
  ['CUTTER_PORT', '99999', 'must be a whole number from 0 to 65535'],
  ['CUTTER_PORT', '-1', 'must be a whole number from 0 to 65535'],
  ['CUTTER_PORT', '80.5', 'must be a whole number from 0 to 65535'],
  ['CUTTER_MAX_BODY_BYTES', '1e99', 'must be a whole number from 1024 to 268435456'],
  ['CUTTER_HEARTBEAT_MS', '10', 'must be a whole number from 1000 to 600000'],
  ['CUTTER_MODE', 'prod', 'must be one of rehearsal, production'],
  ['CUTTER_LANES', 'cut', 'must be one of exec, verify, both'],
  ['CUTTER_LOG_LEVEL', 'loud', 'must be one of trace, debug, info, warn, error, fatal, silent'],
])('config: %s=%s is told once, with what it may be', (name, value, told) => {
  expect(() => readConfig({ [name]: value })).toThrow(new ConfigFault([`${name}: ${told}`]));
});

test('config: a process serves both lanes unless one is named', () => {
  expect(readConfig({}).lanes).toEqual(new Set(['DOT-991', 'DOT-992']));
  expect(readConfig({ CUTTER_LANES: 'exec' }).lanes).toEqual(new Set(['DOT-991']));
  expect(readConfig({ CUTTER_LANES: 'verify' }).lanes).toEqual(new Set(['DOT-992']));
});

test('config: a database without its owner is named without a user, and alone', () => {
  const url = 'postgres://db.example:5432/ledger';
  expect(readConfig({ CUTTER_LOGINS_URL: url })).toMatchObject({
    databaseUrl: null,
    loginsUrl: expect.any(String),
  });
  for (const [given, fault] of [
    ['postgres://owner@db.example/ledger', 'names a user or a password'],
    ['postgres://db.example/ledger?password=s3cret', 'names a user or a password'],
    ['postgres://db.example', 'names no database'],
    ['mysql://db.example/ledger', 'must be a URL of the form postgres://host:5432/database'],
  ] as const)
    expect(() => readConfig({ CUTTER_LOGINS_URL: given })).toThrow(`CUTTER_LOGINS_URL: ${fault}`);
  const both = { CUTTER_LOGINS_URL: url, CUTTER_DATABASE_URL: 'postgres://owner:x@db.example/ledger' };
  expect(() => readConfig(both)).toThrow('set one of the two');
});

test('config: numbers are read', () => {
  expect(readConfig({ CUTTER_PORT: '0', CUTTER_MAX_BODY_BYTES: '2048' })).toMatchObject({
    port: 0,
    limits: { bodyBytes: 2048 },
  });
});

test('config: every fault is told at once, without the value of a secret', () => {
  const env = {
    CUTTER_PORT: 'many',
    CUTTER_MODE: 'testing',
    CUTTER_DATABASE_URL: 'mysql://owner:s3cret@host/db',
    CUTTER_PROT: '1',
  };
  const fault = (() => {
    try {
      return readConfig(env);
    } catch (error) {
      return error;
    }
  })();
  expect(fault).toBeInstanceOf(ConfigFault);
  const { message } = fault as ConfigFault;
  for (const name of Object.keys(env)) expect(message).toContain(name);
  expect(message).not.toContain('s3cret');
});
