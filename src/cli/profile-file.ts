/** A profile, or rules, in a file, as their author wrote them. */
import type { PlainJson } from '../proof/canonical.ts';
import { parsePlainJson } from '../proof/parse-plain-json.ts';
import { ClientFault } from './client/client.ts';
import { fileBytes } from './client/file-bytes.ts';

const LARGEST_FILE = 1024 * 1024;

/** @throws ClientFault where it can't be read, or is no JSON object */
export function profileIn(
  file: string,
  what: 'a profile' | 'rules' = 'a profile',
): { readonly [member: string]: PlainJson } {
  let value: PlainJson;
  try {
    value = parsePlainJson(fileBytes(file, what, LARGEST_FILE).toString('utf8'));
  } catch (error) {
    if (error instanceof ClientFault) throw error;
    throw new ClientFault(`${file} is no JSON: ${(error as Error).message}`);
  }
  if (typeof value === 'object' && value !== null && !Array.isArray(value))
    return value as { readonly [member: string]: PlainJson };
  throw new ClientFault(`${file} is no JSON object; ${what === 'rules' ? 'rules are' : 'a profile is'} one.`);
}
