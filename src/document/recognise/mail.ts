/**
 * Messages and mailboxes (RFC 5322, RFC 4155). A memo that begins "From: …" is a text; what a mail program wrote is
 * none.
 */
import type { Format } from './format.ts';
import { WAYS_OUT } from './format.ts';
import type { Excerpt } from './text.ts';

const MAIL: Format = { code: 'mail', name: 'an e-mail message', wayOut: WAYS_OUT.mail };
const MAILBOX: Format = { code: 'mbox', name: 'a mailbox', wayOut: WAYS_OUT.mail };
const WEB_ARCHIVE: Format = {
  code: 'mhtml',
  name: 'a web page saved as MHTML',
  wayOut: `Save it as HTML only. ${WAYS_OUT.pandoc('html')}`,
};

const FIELD = /^([!-9;-~]+):[ \t]?(.*)$/;
const MOST_LINES = 500;

/** Fields that only programs write, in lower case. */
const WRITTEN_BY_PROGRAMS = new RegExp(
  '^(?:received|message-id|mime-version|return-path|delivered-to|content-(?:type|transfer-encoding)|' +
    'dkim-signature|arc-.*|authentication-results)$',
);
const WRITTEN_BESIDE_FROM = /^(?:to|cc|date|subject|reply-to|sent)$/;

/** The kind of mail that a text is; null for words. */
export function mailFormat({ head }: Excerpt): Format | null {
  const text = head.trimStart();
  if (/^From \S+ +(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun),? [^\n]*\d{4}/.test(text)) return MAILBOX;
  const fields = headerFields(text);
  if (fields === null) return null;
  const says = (name: string, pattern: RegExp): boolean => {
    const value = fields.get(name);
    return value !== undefined && pattern.test(value);
  };
  if (says('content-type', /^multipart\/related/i) && fields.has('snapshot-content-location'))
    return WEB_ARCHIVE;
  const names = [...fields.keys()];
  const byPrograms = names.filter((name) => WRITTEN_BY_PROGRAMS.test(name)).length;
  const addressed = ['from', 'sender'].some((name) => says(name, /\S@\S/));
  const beside = names.some((name) => WRITTEN_BESIDE_FROM.test(name));
  return byPrograms >= 2 || (addressed && (beside || byPrograms > 0)) ? MAIL : null;
}

/** The fields before the first blank line, by their names in lower case; null where another line is among them. */
function headerFields(text: string): ReadonlyMap<string, string> | null {
  const fields = new Map<string, string>();
  for (const line of text.split(/\r\n?|\n/, MOST_LINES)) {
    if (line.trim() === '') break;
    const field = FIELD.exec(line);
    if (field !== null) fields.set(field[1]!.toLowerCase(), field[2]!);
    else if (fields.size === 0 || !/^[ \t]/.test(line)) return null;
  }
  return fields;
}
