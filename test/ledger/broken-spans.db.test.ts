import { beforeAll, describe, expect, test } from 'vitest';
import { call, fresh, type Loose } from '../harness/cycle.ts';
import { inputGround } from './input-ground.ts';

const ground = inputGround();

describe('explicit spans that lose or double something are CoverageBroken', () => {
  const name = fresh('spans');
  const text = `# Ä ${name}\n\nText.\n`;
  const end = Buffer.byteLength(text);
  const span = (localId: string, start: number, stop: number, other: object = {}) => ({
    localId,
    start,
    end: stop,
    kind: 'section',
    sectionType: 'section',
    address: `${name}/${localId}`,
    ...other,
  });
  const whole = (other: object) => [span('a', 0, end, other)];

  const BROKEN: Readonly<Record<string, readonly [code: string, units: readonly object[]]>> = {
    'nothing at all': ['bytes_left_out', []],
    'bytes left out at the start': ['bytes_left_out', [span('a', 6, end)]],
    'bytes left out at the end': ['bytes_left_out', [span('a', 0, end - 1)]],
    'bytes left out between': ['bytes_left_out', [span('a', 0, 5), span('b', 6, end)]],
    'two spans over one byte': ['span_overlap', [span('a', 0, 6), span('b', 5, end)]],
    'one span twice': ['span_overlap', [span('a', 0, end), span('b', 0, end)]],
    'a span beyond the end': ['span_out_of_range', [span('a', 0, end + 1)]],
    'a span before the start': ['span_out_of_range', [span('a', -1, end)]],
    'a span that ends before it starts': ['span_empty', [span('a', 5, 1), span('b', 0, end)]],
    'an empty span': ['span_empty', [span('a', 0, end), span('b', 5, 5)]],
    'a span that splits a character': ['span_inside_character', [span('a', 0, 3), span('b', 3, end)]],
    'a local id twice': [
      'duplicate_local_id',
      [span('a', 0, 6), span('a', 6, end, { address: `${name}/b` })],
    ],
    'an address twice': ['duplicate_address', [span('a', 0, 6), span('b', 6, end, { address: `${name}/a` })]],
    'a kind that the vocabulary lacks': ['', whole({ kind: 'sentence' })],
    'a section type that the vocabulary lacks': ['', whole({ sectionType: 'sonnet' })],
    'a parent that is not there': ['', whole({ parentLocalId: 'z' })],
    'a parent that is itself': ['', whole({ parentLocalId: 'a' })],
    'parents in a circle': [
      '',
      [span('a', 0, 6, { parentLocalId: 'b' }), span('b', 6, end, { parentLocalId: 'a' })],
    ],
    'a parent that is excluded': [
      '',
      [span('a', 0, 6, { excludedBecause: 'blank' }), span('b', 6, end, { parentLocalId: 'a' })],
    ],
    'an exclusion with a blank reason': [
      'reason_empty',
      [span('a', 0, 6), span('b', 6, end, { excludedBecause: ' ' })],
    ],
    'everything excluded': ['no_units', whole({ excludedBecause: 'draft' })],
    'an empty address': ['', whole({ address: '' })],
    'two titles': [
      '',
      [span('a', 0, 6, { sectionType: 'title' }), span('b', 6, end, { sectionType: 'title' })],
    ],
  };

  let sourceId: string;
  beforeAll(async () => {
    const input = { idempotencyKey: name, docCode: name, content: { text } };
    const answer = await call(
      ground.server,
      ground.server.tokens.marker,
      'registerSource',
      input,
      'source { sourceId }',
    );
    sourceId = answer.source.sourceId;
  });

  test.each(Object.keys(BROKEN))('%s', async (kind) => {
    const [code, units] = BROKEN[kind]!;
    const answer = await ground.send('mark', { sourceId, cutSpec: { units }, blockedBy: [] });
    expect(answer).toMatchObject({ __typename: 'CoverageBroken', retryable: false });
    const codes = answer.problems.map((problem: Loose) => problem.code);
    if (code !== '') expect(codes).toContain(code);
    expect(codes).not.toEqual([]);
    expect(answer.problems.every((problem: Loose) => problem.path.length > 0 && problem.message !== '')).toBe(
      true,
    );
    await ground.expectUnchanged();
  });

  test('a refusal of a word lists the words that are allowed', async () => {
    const answer = await ground.send('mark', {
      sourceId,
      cutSpec: { units: whole({ kind: 'sentence' }) },
      blockedBy: [],
    });
    expect(JSON.stringify(answer.problems)).toMatch(/section.*article|article.*section/);
  });

  test('spans that cover every byte once are taken', async () => {
    const units = [span('a', 0, 6), span('b', 6, end, { parentLocalId: 'a' })];
    const answer = await ground.send('mark', { sourceId, cutSpec: { units }, blockedBy: [], dryRun: true });
    expect(answer.__typename).toBe('MarkSuccess');
  });

  test('a million problems are told by the hundred', async () => {
    const units = Array.from({ length: 5000 }, (_, index) => span(`u${index}`, end + index, end + index + 1));
    const answer = await ground.send('mark', { sourceId, cutSpec: { units }, blockedBy: [] });
    expect(answer.__typename).toBe('CoverageBroken');
    expect(answer.problems.length).toBeLessThanOrEqual(100);
  });
});
