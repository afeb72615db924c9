import { describe, expect, test } from 'vitest';
import { KeyChain } from '../../src/law/key-chain.ts';
import { keyRecordId, keyStatement, signKeyStatement } from '../../src/law/key-statement.ts';
import { parseRecord } from '../../src/law/parse-record.ts';
import { buildRecord } from '../../src/law/record.ts';
import { canonicalJson } from '../../src/proof/canonical.ts';
import { verifyWithTweetnacl } from '../../src/proof/ed25519.ts';
import { expectGolden } from '../harness/golden.ts';
import {
  base64,
  begun,
  EXEC,
  EXEC_HEADS,
  facts,
  idOf,
  NEXT,
  renewal,
  revocation,
  rotation,
  VERIFY,
} from './key-ground.ts';

describe('the chain of keys', () => {
  test('a first key is valid from where it says it began, and its former ones until they ended', () => {
    const chain = new KeyChain(verifyWithTweetnacl);
    const formerKeys = [{ keyId: idOf(VERIFY), publicKey: base64(VERIFY.publicKey), from: '0', until: '5' }];
    expect(chain.take(signKeyStatement(facts(EXEC, { position: '5', formerKeys }), [EXEC]), 30)).toBeNull();
    expect(chain.validAt(idOf(EXEC), 4)).toBeNull();
    expect(chain.validAt(idOf(EXEC), 5)).toMatchObject({ lane: 'DOT-991', from: 5, until: null });
    expect(chain.validAt(idOf(VERIFY), 4)).toMatchObject({ from: 0, until: 5, principalId: null });
    expect(chain.validAt(idOf(VERIFY), 5)).toBeNull();
  });

  test('a rotation ends the old key where the new one begins, for signatures on either side of it', () => {
    const chain = begun();
    expect(chain.take(rotation([NEXT, EXEC]), 9)).toBeNull();
    expect(chain.validAt(idOf(EXEC), 8)).not.toBeNull();
    expect(chain.validAt(idOf(EXEC), 9)).toBeNull();
    expect(chain.validAt(idOf(NEXT), 8)).toBeNull();
    expect(chain.validAt(idOf(NEXT), 9)).not.toBeNull();
    expect(chain.current('DOT-991', 'statement')?.keyId).toBe(idOf(NEXT));
  });

  test.each([
    ['itself', EXEC],
    ["its lane's other key", EXEC_HEADS],
    ["the other lane's key for the same", VERIFY],
  ])('a key is revoked by %s, and then another begins by the agreement of its lane’s other key', (_, by) => {
    const chain = begun();
    expect(chain.take(revocation([by]), 9)).toBeNull();
    expect(chain.validAt(idOf(EXEC), 8)).not.toBeNull();
    expect(chain.validAt(idOf(EXEC), 9)).toBeNull();
    expect(chain.current('DOT-991', 'statement')).toBeNull();
    expect(chain.take(renewal([NEXT, EXEC_HEADS]), 12)).toBeNull();
    expect(chain.current('DOT-991', 'statement')).toMatchObject({ keyId: idOf(NEXT), from: 12 });
  });
});

test('statements about keys and their records are frozen', () => {
  const said = facts(NEXT, { act: 'rotate', replaces: idOf(EXEC), position: '9', reason: 'yearly' });
  const statements = signKeyStatement(said, [NEXT, EXEC]);
  const record = buildRecord({
    recordId: keyRecordId('rotate', idOf(NEXT)),
    verb: 'key:rotate',
    lane: said.lane,
    principalId: said.principalId,
    personId: said.personId,
    mode: 'rehearsal',
    at: said.preparedAt,
    history: [],
    rows: [
      { table: 'cutter_auth.key', id: idOf(EXEC), op: 'update', columns: { until_position: said.position } },
    ],
    statements,
  });
  const body = record.parts.join('');
  expect(parseRecord(Buffer.from(body, 'utf8'), record.hash)).toMatchObject({
    verdict: 'ok',
    record: { format: 'cutter-record/2', statements },
  });
  const frozen = {
    statement: canonicalJson(keyStatement(said)),
    envelopes: statements,
    record: { body, hash: record.hash, rowIds: record.rowIds },
  };
  expectGolden('key-v1.json', `${JSON.stringify(frozen, null, 2)}\n`);
});
