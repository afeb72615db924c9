import { beforeAll, describe, expect, test } from 'vitest';
import { runSample } from '../../../src/cli/walk/sample.ts';
import { SAMPLE } from '../../../src/cli/walk/sample-document.ts';
import { type TestServer, testServer } from '../../harness/server.ts';

let server: TestServer;
beforeAll(async () => {
  server = await testServer();
});

describe('the sample', () => {
  test('has front matter and headings of three levels', () => {
    const text = Buffer.from(SAMPLE.bytes).toString();
    const levels = [...text.matchAll(/^(#+) /gm)].map((match) => match[1]?.length);
    expect(text).toMatch(/^---\ntitle: /);
    expect(levels.length).toBeGreaterThanOrEqual(8);
    expect(new Set(levels)).toEqual(new Set([1, 2, 3]));
  });

  test('goes through the five phases, each with rows, position and time, and its history arrives over WebSocket', async () => {
    const lines: string[] = [];
    await runSample({ url: server.url, tokens: server.tokens, print: (line) => lines.push(line) });
    const phases = lines.filter((line) => /position \d+ +\d\d:\d\d:\d\dZ +\d+ ms\n {9}\S/.test(line));
    expect(phases.map((line) => line.trim().split(' ')[0])).toEqual([
      ...['REGISTER', 'MARK', 'SWEEP', 'REVIEW', 'CUT', 'VERIFY'],
    ]);
    expect(lines).toContain('  5 history rows arrived over WebSocket.');
    expect(lines.at(-1)).toMatch(/^ {2}Entry [0-9a-f-]{36}: verified_complete$/);
  });

  test('a second time it stands already: nothing is written, and its history arrives from the start', async () => {
    const lines: string[] = [];
    await runSample({ url: server.url, tokens: server.tokens, print: (line) => lines.push(line) });
    expect(lines.join('\n')).toContain('This text is cut and verified already. Nothing was written.');
    expect(lines).toContain('  5 history rows arrived over WebSocket.');
    const { rows } = await server.superuser.query(
      'select count(*)::int as moves from cutter_governance.decision_backlog_history',
    );
    expect(rows).toEqual([{ moves: 5 }]);
  });

  test('without a token of the observer it says so', async () => {
    const { observer: _, ...tokens } = server.tokens;
    await expect(runSample({ url: server.url, tokens, print: () => {} })).rejects.toThrow(
      /no token for observer/,
    );
  });
});
