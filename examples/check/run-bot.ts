/** Runs the bot until it has reviewed and cut what is waiting, with an answer lost on its way. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { Ledger } from './ledger.ts';
import type { Passed } from './walk-page.ts';
import type { Way } from './way.ts';

export async function runBot({
  ledger,
  way,
  passed,
}: {
  readonly ledger: Ledger;
  readonly way: Way;
  readonly passed: Passed;
}): Promise<void> {
  const first = await ledger.pending('bot-first');
  way.loseAnswerTo('CutSuccess');
  const child = spawn(process.execPath, ['src/bot.ts'], {
    cwd: join(import.meta.dirname, '../bot'),
    env: {
      PATH: process.env['PATH'],
      CUTTER_URL: way.origin,
      CUTTER_TOKEN_REVIEWER: ledger.tokens['reviewer'],
      CUTTER_TOKEN_EXECUTOR: ledger.tokens['executor'],
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let said = '';
  let look = () => {};
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (text: Buffer) => {
      said += text;
      look();
    });
  const ended = once(child, 'close');
  const says = (line: string) =>
    new Promise<void>((resolve, reject) => {
      look = () => {
        if (said.includes(line)) resolve();
      };
      look();
      void ended.then(() => reject(new Error(`The bot ended:\n${said}`)));
    });
  try {
    await says(`${first} reviewed`);
    passed('lists and reviews');
    await says(`${first} cut`);
    if (!said.includes('sent again under the same key')) throw new Error(`The bot said:\n${said}`);
    if ((await ledger.cuts(first)).length !== 1) throw new Error('The entry was cut more than once.');
    passed('cuts, and resolves a lost answer under the same key');
    const second = await ledger.pending('bot-second');
    await says(`${second} cut`);
    passed('acts on a live change');
  } finally {
    child.kill('SIGTERM');
    await ended;
  }
}
