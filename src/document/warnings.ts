/** What a person should look at before approving. A warning blocks nothing and is part of no digest. */
import { frontMatterLength } from './front-matter.ts';
import { MARKDOWN_2 } from './profiles.ts';
import type { DocumentProblem, PlanRecord } from './types.ts';

/** A text of more bytes than this is expected to have a heading. */
const EXPECTS_HEADING = 3000;
const REPLACEMENT = Buffer.from('\ufffd');
const MAYBE_HEADING = /^ {0,3}(?:#{1,6}(?:[ \t]|$)|=+[ \t]*$|-+[ \t]*$)/m;
const ADVICE =
  'Check that this is the text you mean. ' +
  'If it has sections, write their titles as Markdown headings ("## Title"), or mark them as explicit spans.';

/** The warnings of a plan, from its records and its source. */
export function warningsOf(records: readonly PlanRecord[], bytes: Buffer): DocumentProblem[] {
  const [only, ...others] = records.filter((record) => record.role !== 'excluded');
  const oneUnit = only !== undefined && others.length === 0 && only.title === null;
  const message = `The whole document of ${bytes.length} bytes would become one unit without a heading. ${ADVICE}`;
  return [
    ...(oneUnit && bytes.length > EXPECTS_HEADING
      ? [warningAt(['records', only.localId], 'one_unit_without_heading', message)]
      : []),
    ...records.flatMap(matterWarnings),
    ...damageWarnings(bytes, ['source', 'content']),
  ];
}

/** What `markdown@1` sets aside as front matter, and later profiles keep as text. */
function matterWarnings({ localId, excludedBecause, start, end, text }: PlanRecord): DocumentProblem[] {
  const rules = MARKDOWN_2.frontMatter;
  if (start > 0 || excludedBecause !== rules.reason || frontMatterLength(text, rules) === text.length)
    return [];
  const message =
    `Bytes 0–${end} are set aside as front matter, but they are not a YAML mapping ` +
    'and may hold words of the document. Read them. ' +
    'To keep them in units, mark the document again with the profile "markdown".';
  return [warningAt(['records', localId], 'front_matter_doubtful', message)];
}

/** What can be said of a source before anybody says how to cut it. */
export function sourceWarnings(bytes: Buffer, path: readonly string[]): DocumentProblem[] {
  const message = `The document has ${bytes.length} bytes and no Markdown heading. ${ADVICE}`;
  return [
    ...(isHeadless(bytes) ? [warningAt(path, 'no_heading', message)] : []),
    ...damageWarnings(bytes, path),
  ];
}

/** Of longer texts only the plan says so: it looks for headings anyway, and looking through one takes time. */
const LOOKED_THROUGH = 1024 * 1024;

function isHeadless(bytes: Buffer): boolean {
  if (bytes.length <= EXPECTS_HEADING || bytes.length > LOOKED_THROUGH) return false;
  return !MAYBE_HEADING.test(bytes.toString('utf8'));
}

/** Programs write U+FFFD where they could not read a character. */
function damageWarnings(bytes: Buffer, path: readonly string[]): DocumentProblem[] {
  const at = bytes.indexOf(REPLACEMENT);
  if (at === -1) return [];
  const message =
    `The character at byte ${at} is U+FFFD, which programs write in place of characters ` +
    'that they could not read. Convert the original to UTF-8 again.';
  return [warningAt(path, 'replacement_character', message)];
}

function warningAt(path: readonly string[], code: string, message: string): DocumentProblem {
  return { path, code, message, severity: 'warning' };
}
