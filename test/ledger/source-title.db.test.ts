import { beforeAll, describe, expect, test } from 'vitest';
import { call, fresh, type Loose } from '../harness/cycle.ts';
import { type TestServer, testServer } from '../harness/server.ts';

let server: TestServer;
beforeAll(async () => {
  server = await testServer();
});

function register(text: string, more: object = {}): Promise<Loose> {
  const input = { idempotencyKey: fresh('register'), docCode: fresh('law'), content: { text }, ...more };
  return call(server, server.tokens.marker, 'registerSource', input, 'replayed source { sourceId title }');
}

describe('registerSource without a title', () => {
  test.each([
    ['its front matter', '---\ntitle: Law of things\n---\n\n# Part\n', {}, 'Law of things'],
    ['its front matter in TOML', '+++\ntitle = "Law of things"\n+++\n\n# Part\n', {}, 'Law of things'],
    ['its first heading', '# Law \u202eof\u202c things {#law}[^1]\n\nWords.\n', {}, 'Law of things'],
    ['nothing, where it has neither', 'Words.\n', {}, null],
    ['nothing, where it is plain text', '# Law of things\n', { mediaType: 'text/plain' }, null],
    ['the caller, where it gives one', '# Law of things\n', { title: 'Another' }, 'Another'],
  ])('takes it from %s', async (_, text, more, title) => {
    expect(await register(text, more)).toMatchObject({ replayed: false, source: { title } });
  });

  test('is answered as before when it is repeated, with the title that was found or without', async () => {
    const again = { idempotencyKey: fresh('again'), docCode: fresh('again') };
    const first = await register('# Law\n', again);
    for (const more of [{}, { title: 'Law' }]) {
      const repeated = await register('# Law\n', { ...again, ...more });
      expect(repeated).toMatchObject({ replayed: true, source: first.source });
    }
    expect(await register('# Law\n', { ...again, title: 'Another' })).toMatchObject({
      __typename: 'IdempotencyConflict',
      problems: [{ path: ['input', 'title'] }],
    });
  });
});
