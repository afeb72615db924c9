import { userInfo } from 'node:os';
import { describe, expect, test } from 'vitest';
import { readConfig } from '../../src/config.ts';
import { placeOfUrl, readOwnerUrl } from '../../src/database/owner-url.ts';

const me = userInfo().username;

describe('a form of the owner’s URL becomes the one form', () => {
  test.each([
    ['postgres://owner:pw@host:5432/db', 'postgres://owner:pw@host:5432/db'],
    ['postgresql://owner:pw@host/db', 'postgres://owner:pw@host/db'],
    ['postgres:///db?host=/run/postgresql', `postgres://${me}:@%2Frun%2Fpostgresql/db`],
    ['postgresql://%2Frun%2Fpostgresql/db', `postgres://${me}:@%2Frun%2Fpostgresql/db`],
    ['postgres://owner:pw@/db?host=/run/pg&port=5433', 'postgres://owner:pw@%2Frun%2Fpg:5433/db'],
    ['postgres://%2Frun%2Fpg:5433/db?user=owner', 'postgres://owner:@%2Frun%2Fpg:5433/db'],
    ['postgres://other:pw@host/db?user=owner', 'postgres://owner:pw@host/db'],
    ['postgres://host/db?user=owner&password=p%40w%2F', 'postgres://owner:p%40w%2F@host/db'],
    ['postgres://owner@host?dbname=db&port=5433', 'postgres://owner:@host:5433/db'],
    ['postgres://owner@host', 'postgres://owner:@host/owner'],
    ['postgres://owner@[2001:db8::7]:5433/db', 'postgres://owner:@2001%3Adb8%3A%3A7:5433/db'],
    ['postgres://owner@host/db?sslmode=disable', 'postgres://owner:@host/db'],
    ['postgres://owner@host/db?sslmode=require', 'postgres://owner:@host/db?sslmode=verify-full'],
    ['postgres://owner@host/db?sslmode=verify-full', 'postgres://owner:@host/db?sslmode=verify-full'],
    ['postgres://owner@host/db?sslmode=no-verify', 'postgres://owner:@host/db?sslmode=no-verify'],
    // A socket is never encrypted.
    ['postgres://owner@/db?host=/run/pg&sslmode=require', 'postgres://owner:@%2Frun%2Fpg/db'],
  ])('%s', (text, url) => {
    expect(readOwnerUrl(text)).toEqual({ url, faults: [] });
  });

  test('and messages name its place without the password', () => {
    const { url } = readOwnerUrl('postgres://owner:s3cret@/db?host=/run/pg&port=5433');
    expect(placeOfUrl(url as string)).toBe('/run/pg:5433/db');
  });
});

describe('any other is refused by name at the start', () => {
  test.each([
    ['host=/run/postgresql dbname=db', /must be a URL of the form/],
    ['mysql://host/db', /must be a URL of the form/],
    ['postgres://host:99999/db', /must be a URL of the form/],
    ['postgres://host/db?port=99999', /has the port "99999"/],
    ['postgres:///db', /names no host; name one, or the folder of a socket with \?host=/],
    ['postgres://owner:s3cret@/db', /names no host/],
    ['postgres://one,two/db', /names more than one host/],
    ['postgres://host/db?host=one,two', /names more than one host/],
    ['postgres://host/a/b', /names a database with one of the characters/],
    ['postgres://host/db?options=-csearch_path%3Dx', /has the parameter "options", which isn't taken/],
    ['postgres://host/db?connect_timeout=3', /"connect_timeout"/],
    ['postgres://host/db?target_session_attrs=read-write', /"target_session_attrs"/],
    ['postgres://host/db?ssl=true', /"ssl"/],
    ['postgres://host/db?user=a&user=b', /has the parameter "user" twice/],
    ['postgres://host/db?sslmode=prefer', /has sslmode "prefer"; there are disable, require/],
    [
      'postgres://host/db?sslmode=require&sslrootcert=/nowhere',
      /sslrootcert "\/nowhere", which can't be read/,
    ],
    ['postgres://host/db?sslcert=/dev/null', /needs sslcert and sslkey together/],
  ])('%s', (text, message) => {
    expect(() => readConfig({ CUTTER_DATABASE_URL: text })).toThrow(message);
    expect(() => readConfig({ CUTTER_DATABASE_URL: text })).toThrow(/CUTTER_DATABASE_URL: /);
    expect(() => readConfig({ CUTTER_DATABASE_URL: text })).not.toThrow(/s3cret/);
  });

  test('all faults at once', () => {
    const { faults } = readOwnerUrl('postgres:///db?sslmode=allow&options=x');
    expect(faults.length).toBe(3);
  });
});
