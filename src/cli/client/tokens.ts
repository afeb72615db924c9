/** Where a run finds its four tokens: one variable each, else tokens.json of the data directory. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import type { Config } from '../../config.ts';
import { commandText } from '../terminal/command-text.ts';
import { ROLES, type Role } from '../walk/phases.ts';
import { ClientFault } from './client.ts';

const file = z.record(z.string(), z.string());

export type RoleTokens = Readonly<Record<Role, string>>;

export function roleTokens(config: Pick<Config, 'home' | 'client'>): RoleTokens {
  const missing = ROLES.filter((role) => config.client.tokens[role] === null);
  const known = missing.length === 0 ? {} : readTokens(join(config.home, 'tokens.json'), missing);
  const tokens = ROLES.map((role) => [role, config.client.tokens[role] ?? known[role]] as const);
  const lacking = tokens.filter(([, token]) => token === undefined).map(([role]) => role);
  if (lacking.length > 0) {
    throw new ClientFault(
      `${join(config.home, 'tokens.json')} has no token for ${lacking.join(', ')}. ` +
        `See CUTTER_HOME, or set ${lacking.map(variableOf).join(', ')}.`,
    );
  }
  return Object.fromEntries(tokens) as RoleTokens;
}

/**
 * A token of anybody who may observe: the first that the environment has, else the observer's of the data
 * directory.
 */
export function observerToken(config: Pick<Config, 'home' | 'client'>): string {
  const given = ROLES.map((role) => config.client.tokens[role]).find((token) => token !== null);
  if (given !== undefined && given !== null) return given;
  const path = join(config.home, 'tokens.json');
  const { observer } = readTokens(path, ['marker']);
  if (observer === undefined)
    throw new ClientFault(
      `${path} has no token for observer. See CUTTER_HOME, or set ${variableOf('marker')}.`,
    );
  return observer;
}

/** A token of anybody who may read evidence: the first that the environment has, else the marker's of this home. */
export function evidenceToken(config: Pick<Config, 'home' | 'client'>): string {
  const { tokens, administratorToken: administrator } = config.client;
  const given = [administrator, ...ROLES.map((role) => tokens[role])].find((token) => token !== null);
  return given ?? tokenOfHome(config.home, 'marker');
}

/** The token of whom registers profiles and words, and reads the audit. */
export function administratorToken(config: Pick<Config, 'home' | 'client'>): string {
  return config.client.administratorToken ?? tokenOfHome(config.home, 'administrator');
}

/** The token of the person who approves cuts; in a rehearsal a reviewer may. */
export function approverToken({ home, client }: Pick<Config, 'home' | 'client'>): string {
  if (client.approverToken !== null) return client.approverToken;
  if (existsSync(join(home, 'tokens.json'))) return tokenOfHome(home, 'reviewer');
  throw new ClientFault(
    'There is no token of who approves cuts. Set CUTTER_TOKEN_APPROVER to that of a person with approval:grant.',
  );
}

/** The token of one of the four who take a document through the phases. */
export function roleToken(config: Pick<Config, 'home' | 'client'>, role: Role): string {
  return config.client.tokens[role] ?? tokenOfHome(config.home, role);
}

function tokenOfHome(home: string, role: Role | 'administrator'): string {
  const path = join(home, 'tokens.json');
  const token = readTokens(path, [role])[role];
  if (token === undefined)
    throw new ClientFault(`${path} has no token for ${role}. See CUTTER_HOME, or set ${variableOf(role)}.`);
  return token;
}

function readTokens(
  path: string,
  missing: readonly (Role | 'administrator')[],
): Readonly<Record<string, string>> {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    throw new ClientFault(
      `No tokens can be read from ${path}: ${whyUnreadable(error)}. ` +
        `To make them on this machine, run "${commandText('start')}". ` +
        `If the ledger is elsewhere, name its home with CUTTER_HOME, or set ${missing.map(variableOf).join(', ')}.`,
    );
  }
  try {
    return file.parse(JSON.parse(text));
  } catch {
    throw new ClientFault(`${path} is not a JSON object of names and tokens.`);
  }
}

const UNREADABLE: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  ENOTDIR: 'something above it is not a folder',
  EISDIR: 'it is a folder',
  EACCES: 'this user may not read it',
  EPERM: 'this user may not read it',
  ELOOP: 'its links lead in a circle',
  ENAMETOOLONG: 'its name is too long',
};

/** What the system says of a file that it doesn't give, in words. */
export function whyUnreadable(error: unknown): string {
  const code = (error as NodeJS.ErrnoException).code ?? 'it failed';
  return UNREADABLE[code] ?? code;
}

function variableOf(role: Role | 'administrator'): string {
  return `CUTTER_TOKEN_${role.toUpperCase()}`;
}
