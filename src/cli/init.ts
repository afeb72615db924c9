/** `cutter init`: the first administrator of a production ledger, as the database's owner, with the server running. */
import { writeSync } from 'node:fs';
import { beginAdministration, type FirstAdministrator } from '../boot/first-administrator.ts';
import type { Config } from '../config.ts';
import { ownerClient } from '../database/owner.ts';
import { principalNameFault } from '../document/registry-words.ts';
import { findDatabase } from './find-database.ts';
import { foldedText } from './terminal/columns.ts';
import { commandText } from './terminal/command-text.ts';
import { faultSentence } from './terminal/sentence.ts';

/** Resolves with the exit code: 0 where it was done, 1 with a sentence where it wasn't. */
export async function initLedger(
  first: FirstAdministrator,
  config: Config,
  show: (token: string) => void = (token) => void writeSync(1, `${token}\n`),
  say: (line: string) => void = (line) => process.stderr.write(`${foldedText(line)}\n`),
): Promise<0 | 1> {
  try {
    refuseUnfit(first, config);
    const found = await findDatabase(config);
    try {
      for (const line of await makeAdministrator(found.ownerUrl, first, show)) say(line);
      return 0;
    } finally {
      await found.close();
    }
  } catch (error) {
    say(`cutter: ${faultSentence(error, config)}`);
    return 1;
  }
}

function refuseUnfit({ name, personName }: FirstAdministrator, { mode }: Config): void {
  if (mode !== 'production')
    throw new Error(
      'A rehearsal has its sample administrator already. Set CUTTER_MODE=production, and start the server so, too.',
    );
  const fault = principalNameFault(name);
  if (fault !== null) throw new Error(`The name "${name}" ${fault}.`);
  if (personName.trim() === '' || personName.length > 200 || /\p{C}/u.test(personName))
    throw new Error("A person's name is one line of at most 200 characters.");
}

async function makeAdministrator(
  ownerUrl: string,
  first: FirstAdministrator,
  show: (token: string) => void,
): Promise<readonly string[]> {
  const owner = ownerClient(ownerUrl, 'cutter init');
  owner.on('error', () => {});
  await owner.connect();
  try {
    const { rows } = await owner.query<{ there: boolean }>(
      `/* init.ledger */ select to_regclass('cutter_auth.principal_version') is not null as there`,
    );
    if (rows[0]?.there !== true)
      throw new Error(
        `This database holds no ledger of this version yet. Start the server once with "${commandText('start')}".`,
      );
    const { principalId, isNew } = await beginAdministration(owner, first, show);
    return [
      `${first.name} ${isNew ? 'administers this ledger now' : 'has another token'} (${principalId}). ` +
        'The token is shown this once, and kept nowhere. It ends in 30 days. ' +
        'For the next commands, set CUTTER_TOKEN_ADMINISTRATOR to it.',
    ];
  } finally {
    await owner.end();
  }
}
