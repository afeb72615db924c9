import { pino } from 'pino';
import { expect, test } from 'vitest';
import { logLines } from '../../../src/cli/terminal/log-lines.ts';

function told(say: (logger: pino.Logger) => void): string {
  let text = '';
  say(
    pino(
      { level: 'info' },
      logLines((line) => (text += line)),
    ),
  );
  return text;
}

test('log: a warning is a line without a stack, and not repeated', () => {
  const lost = new Error('the connection was lost');
  expect(
    told((logger) => {
      for (let n = 0; n < 3; n += 1)
        logger.warn({ err: lost, path: ['entry', n] }, 'a resolver found no database');
      logger.info('on its way');
    }),
  ).toBe(
    'cutter: warning: a resolver found no database: the connection was lost\ncutter: note: on its way\n',
  );
});

test('log: an error keeps its place and its particulars, each time', () => {
  const text = told((logger) => {
    for (let n = 0; n < 2; n += 1)
      logger.error({ err: new Error('no such thing'), alarm: 'LOG_BROKEN' }, 'a hole');
  });
  expect(text.match(/cutter: error: a hole: no such thing {"alarm":"LOG_BROKEN"}\n\s+at /g)).toHaveLength(2);
});
