/** Document codes as they follow from files' names. */
import { basename, dirname, extname, resolve } from 'node:path';
import { docCodeFault } from '../../document/address.ts';
import { ClientFault } from '../client/client.ts';

/**
 * The file's name as a document code: its letters and digits in lower case, of whatever script; hyphens for what
 * lies between.
 */
export function docCodeOf(path: string): string {
  const code = codeOf(basename(path, extname(path)));
  if (code === null)
    throw new ClientFault(`No document code can be made from the name ${path}. Give one with --doc-code.`);
  return code;
}

/** Another code for a file whose own is taken: with the folder's name before it. */
export function otherCodeOf(path: string, taken: string): string {
  const folder = basename(dirname(resolve(path)));
  return codeOf(`${folder}-${basename(path, extname(path))}`) ?? `${taken}-2`;
}

function codeOf(name: string): string | null {
  const letters = name
    .normalize('NFC')
    .toLowerCase()
    .normalize('NFC')
    .replace(/\p{Default_Ignorable_Code_Point}+/gu, '')
    .replace(/[^\p{L}\p{M}\p{Nd}._-]+/gu, '-')
    .replace(/^[^\p{L}\p{Nd}]+/u, '');
  let code = '';
  for (const { segment } of new Intl.Segmenter().segment(letters)) {
    if (docCodeFault(code + segment) !== null) break;
    code += segment;
  }
  code = code.replace(/[._-]+$/, '');
  return code === '' ? null : code;
}
