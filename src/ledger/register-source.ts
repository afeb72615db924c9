import { sql } from 'slonik';
import { z } from 'zod';
import { deceptionOf } from '../document/address/lookalike.ts';
import { decodeSource } from '../document/decode.ts';
import { foreignContent } from '../document/recognise/recognise.ts';
import { titleOfSource } from '../document/source-title.ts';
import { sourceWarnings } from '../document/warnings.ts';
import { InvalidInput, type Problem, problemAt } from '../law/refusals.ts';
import { sha256 } from '../proof/digest.ts';
import { refuseConflict, refuseOther } from './envelope/conflict.ts';
import { phaseIds } from './envelope/ids.ts';
import { AT, SOURCE_META, sourceMeta } from './envelope/reading.ts';
import type { Done, ExecTx } from './envelope/transaction.ts';
import { composeWrites, insertRows } from './envelope/writes.ts';
import { SOURCE } from './tables/source.ts';

export interface RegisterSourceInput {
  readonly idempotencyKey: string;
  readonly docCode: string;
  /** Null: what the document calls itself. */
  readonly title: string | null;
  readonly mediaType: string;
  readonly content: Buffer;
}

export interface RegisterSourceAnswer {
  readonly sourceId: string;
  /** Warnings about the content; they block nothing. */
  readonly problems: readonly Problem[];
}

const foundRow = z.object({
  at: z.string(),
  by_key: sourceMeta.nullable(),
  /** Who registered it. */
  key_of: z.string().nullable(),
  by_content: z.object({ source: sourceMeta, key: z.string() }).nullable(),
  /** Whether the code is that of a document already. */
  is_known: z.boolean(),
});
const codeRow = z.object({ doc_code: z.string() });

/**
 * REGISTER SOURCE — take a document as received, once.
 *
 *     ∅ ──registerSource──▶ source        lane DOT-991, role cutter_exec
 *
 * Reads    source (by key, by document code and content)
 * Writes   1 source
 * Refuses  InvalidInput         no Markdown or plain text by its content, not UTF-8, a NUL byte, nothing in it; a new
 *                               document code that deceives the eye, or looks like that of another document
 *          IdempotencyConflict  the key was used for another document, or by another principal for another
 * Replay   same key and content: the first source, `replayed: true`; also the same bytes under the same document code
 *          with any key: content is stored once, and title and media type are those of the first call
 * See      docs/reference/api.md, docs/reference/errors.md
 */
export async function registerSource(
  tx: ExecTx<'registerSource'>,
  input: RegisterSourceInput,
): Promise<Done<RegisterSourceAnswer>> {
  const fault = contentFault(input.content);
  const digest = `sha256:${sha256(input.content).toString('hex')}`;
  const found = await tx.connection.one(sql.prepared('registerSource.look', foundRow)`
    /* registerSource.look */ select ${AT} as at,
      (select ${SOURCE_META} from cutter_source.source s where s.idempotency_key = ${input.idempotencyKey}) as by_key,
      (select s.registered_by from cutter_source.source s where s.idempotency_key = ${input.idempotencyKey}) as key_of,
      (select json_build_object('source', ${SOURCE_META}, 'key', s.idempotency_key) from cutter_source.source s
        where s.doc_code = ${input.docCode} and s.sha256 = ${digest}) as by_content,
      exists (select from cutter_source.source s where s.doc_code = ${input.docCode}) as is_known`);
  // The same bytes under the same document code are the same source, by any sender.
  const same = found.by_key?.doc_code === input.docCode && found.by_key.sha256 === digest;
  const own = found.key_of === tx.caller.principalId;
  if (found.key_of !== null && !own && !same) refuseOther(tx.caller, found.key_of);
  if (found.by_key !== null && own) {
    refuseConflict('registered another document', [
      ['docCode', found.by_key.doc_code, input.docCode],
      ['content', found.by_key.sha256, digest],
      // Sources of earlier versions have no title where a caller gave none.
      ['title', found.by_key.title, found.by_key.title === null ? input.title : titleOf(input)],
      ['mediaType', found.by_key.media_type, input.mediaType],
    ]);
  }
  // A repeated call is answered as before, even if its document was taken before content was recognised.
  if (fault !== null && found.by_key === null) throw new InvalidInput(fault.message, [fault]);
  const problems = fault === null ? sourceWarnings(input.content, PATH) : [fault];
  const first =
    found.by_key === null ? found.by_content : { source: found.by_key, key: input.idempotencyKey };
  if (first !== null) {
    return {
      value: { sourceId: first.source.source_id, problems },
      writes: null,
      recordId: phaseIds('registerSource', first.key).record,
    };
  }

  // A code that an earlier version took stays usable.
  if (!found.is_known) await refuseLookalike(tx, input.docCode);
  const row = {
    source_id: tx.ids.source,
    idempotency_key: input.idempotencyKey,
    doc_code: input.docCode,
    title: titleOf(input),
    media_type: input.mediaType,
    sha256: digest,
    byte_length: input.content.length,
    content: input.content,
    registered_by: tx.caller.principalId,
    mode: tx.caller.mode,
  };
  const { writes, sent } = composeWrites(found.at, { source: insertRows(SOURCE, [row]) });
  await tx.connection.query(sql.prepared('registerSource.write', z.object({}))`
    /* registerSource.write */ ${sent.source}`);
  return { value: { sourceId: row.source_id, problems }, writes };
}

/** Refuses a new code that a reader can't tell from another one. Two at once that look alike wait for each other. */
async function refuseLookalike(tx: ExecTx<'registerSource'>, docCode: string): Promise<void> {
  const refusalOf = (code: string, message: string) =>
    new InvalidInput(message, [problemAt(['input', 'docCode'], code, message)]);
  const deception = deceptionOf(docCode, 'document code');
  if (deception !== null) throw refusalOf(deception.code, deception.message);
  await tx.connection.query(sql.prepared('registerSource.lock', z.object({}))`
    /* registerSource.lock */ select pg_advisory_xact_lock(
      hashtextextended('cutter:code:' || cutter_source.code_look(${docCode}), 0))`);
  const alike = await tx.connection.maybeOne(sql.prepared('registerSource.alike', codeRow)`
    /* registerSource.alike */ select s.doc_code from cutter_source.source s
    where cutter_source.code_look(s.doc_code) = cutter_source.code_look(${docCode})
      and s.doc_code <> ${docCode} limit 1`);
  if (alike === null) return;
  throw refusalOf(
    'doc_code_lookalike',
    `The document code "${docCode}" looks like "${alike.doc_code}", which another document has. ` +
      `To add a version of that document, write "${alike.doc_code}"; for another one choose a code that differs.`,
  );
}

const PATH = ['input', 'content'];

/** The title that the caller gives, or that of its front matter or its first heading. */
function titleOf({ title, mediaType, content }: RegisterSourceInput): string | null {
  return title ?? (mediaType === 'text/markdown' ? titleOfSource(content) : null);
}

/** Why this content can't be a source. What it is comes first: the NUL of a Word file says little. */
function contentFault(content: Buffer): Problem | null {
  const foreign = foreignContent(content);
  if (foreign !== null) return { ...foreign, path: PATH };
  const decoded = decodeSource(content);
  return 'problem' in decoded ? { ...decoded.problem, path: PATH } : null;
}
