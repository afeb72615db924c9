import { type KnownKeys, parseKeys } from '../../src/proof/keys-file.ts';
import { fresh, type Loose, marked, sampleText, verified } from '../harness/cycle.ts';
import type { TestDatabase } from '../harness/database.ts';
import { type TestServer, testServer } from '../harness/server.ts';
import { again, originIn } from '../log/checkpoint/checkpoint-ground.ts';

const PASSPORT = `query ($id: UUID!) { passport(changeSetId: $id) { __typename
  ... on Passport { changeSetId text digest fileName verdict checkpoint { origin size root note } }
  ... on Refusal { message retryable problems { path code message } } } }`;

/** What the API answers, passport or refusal. */
export async function askPassport(server: TestServer, changeSetId: string): Promise<Loose> {
  const { body } = await server.gql(server.tokens.administrator, PASSPORT, { id: changeSetId });
  if (body.errors !== undefined) throw new Error(JSON.stringify(body.errors));
  return body.data.passport;
}

/** The passport, asked for until a checkpoint covers it. */
export function issued(server: TestServer, changeSetId: string): Promise<Loose> {
  return again(async () => {
    const answer = await askPassport(server, changeSetId);
    return answer.__typename === 'Busy' ? null : answer;
  });
}

/** The public keys as a stranger would keep them, out of the registry. */
export async function keysFile(database: TestDatabase): Promise<string> {
  const { rows } = await database.superuser.query(
    `select key_id as "keyId", lane, purpose, translate(encode(public_key, 'base64'), E'\\n', '') as "publicKey",
       from_position::text as "from", until_position::text as until from cutter_auth.key order by from_position, key_id`,
  );
  return JSON.stringify({ format: 'cutter-keys/1', origin: await originIn(database), keys: rows });
}

export async function keysIn(database: TestDatabase): Promise<KnownKeys> {
  return parseKeys(await keysFile(database));
}

export interface PassportGround {
  readonly server: TestServer;
  readonly keys: KnownKeys;
  /** The passport of an amendment, with units that are born, changed, unchanged and gone. */
  readonly text: string;
  /** That of another document. */
  readonly other: string;
}

export async function passportGround(): Promise<PassportGround> {
  const server = await testServer();
  const name = fresh();
  await verified(server, await marked(server, name));
  const [kept] = sampleText(name).replace('First', 'Amended').split('## Two');
  const made = await verified(
    server,
    await marked(server, fresh(), { docCode: name, text: `${kept}## Three\n\nNew.\n` }),
  );
  const { text } = await issued(server, made.changeSetId);
  const another = await verified(server);
  const { text: other } = await issued(server, another.changeSetId);
  return { server, keys: await keysIn(server.database), text, other };
}
