/** `cutter passport issue`: asks a ledger for the passport of a cut, and writes it as it came. */
import { writeFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import type { Config } from '../config.ts';
import { reasonOf } from '../database/home-folder.ts';
import { normalizeUuid } from '../proof/uuid.ts';
import { ClientFault, openClient } from './client.ts';
import { IssuePassportDocument, type IssuePassportQuery } from './generated/graphql.ts';
import { accepted, Refused } from './refused.ts';
import { roleTokens } from './tokens.ts';

export interface IssueOptions {
  readonly out?: string;
  readonly url?: string;
}

/** A checkpoint comes within a second or two. */
const PATIENCE_MS = [250, 500, 1_000, 2_000, 2_000];

/** Writes the passport to a file, named by the ledger unless told otherwise. Resolves with the exit code. */
export async function issuePassport(
  changeSet: string,
  { out, url }: IssueOptions,
  config: Pick<Config, 'home' | 'client'>,
  print: (line: string) => void = (line) => process.stdout.write(`${line}\n`),
): Promise<0 | 1> {
  try {
    const changeSetId = normalizeUuid(changeSet);
    if (changeSetId === null) throw new ClientFault(`${changeSet} is no id of a change set.`);
    const passport = await asked(changeSetId, url ?? config.client.url, roleTokens(config).reviewer);
    const file = out ?? passport.fileName;
    try {
      writeFileSync(file, passport.text);
    } catch (error) {
      throw new ClientFault(`${file} can't be written: ${reasonOf(error)}.`);
    }
    print(
      `${file}: the passport of change set ${changeSetId}, verdict ${passport.verdict}, ${passport.digest}`,
    );
    return 0;
  } catch (error) {
    if (!(error instanceof ClientFault || error instanceof Refused)) throw error;
    process.stderr.write(`cutter: ${error.message}\n`);
    return 1;
  }
}

type Issued = Extract<IssuePassportQuery['outcome'], { __typename: 'Passport' }>;

async function asked(changeSetId: string, url: string, token: string): Promise<Issued> {
  if (!/^https?:\/\//.test(url) || !URL.canParse(url))
    throw new ClientFault(`${url} is no URL of the form http://host:4000.`);
  const client = openClient({ url, token, who: 'reviewer' });
  for (let attempt = 0; ; attempt += 1) {
    const { outcome } = await client.execute(IssuePassportDocument, { changeSetId });
    const wait = PATIENCE_MS[attempt];
    if (outcome.__typename !== 'Busy' || wait === undefined)
      return accepted('The passport', outcome, 'Passport');
    await pause(wait);
  }
}
