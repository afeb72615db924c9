import { z } from 'zod';
import type { VerifySignature } from '../law/key-chain.ts';
import { PHASES, type PhaseRow } from '../law/phase-rows.ts';
import type { PlainJson } from '../proof/canonical.ts';
import type { KnownKeys } from '../proof/keys-file.ts';
import { holdApproval, holdLineage, holdSeparation, holdVerdict } from './approval.ts';
import { openCheckpoint } from './checkpoint.ts';
import { holdEffect } from './effect.ts';
import { saidBy } from './facts.ts';
import {
  PASSPORT_FORMAT,
  type Passport,
  type PassportRows,
  passportShape,
  passportText,
  RULED_PASSPORT_FORMAT,
} from './format.ts';
import { holdKeyRecords } from './key-records.ts';
import { holdKeys } from './keys.ts';
import { openPlan } from './plan.ts';
import { openPhases, PASSPORT_PHASES, type PhaseRecords, RowsOfRecord } from './records.ts';
import { PassportFault, refuseUnless } from './refuse.ts';
import { holdNamedRules, openRules } from './rules.ts';
import type { PassportVerdict, Said } from './said.ts';
import { holdSignatures } from './signatures.ts';

/**
 * Judges a passport by the public keys that its reader knows, and by nothing else: no clock, no network, no database.
 * The cheap checks come first. Never throws: bad bytes are a refusal with a reason.
 */
export function verifyPassport(bytes: Uint8Array, known: KnownKeys, judge: VerifySignature): PassportVerdict {
  try {
    return { ok: true, said: judgePassport(openFile(bytes), known, judge) };
  } catch (error) {
    if (error instanceof PassportFault) return { ok: false, reason: error.message, where: error.where };
    const message = error instanceof Error ? error.message : String(error);
    return { ok: false, reason: `The passport can't be judged: ${message}`, where: '' };
  }
}

function judgePassport(passport: Passport, known: KnownKeys, judge: VerifySignature): Said {
  const { rows } = passport;
  const head = openCheckpoint(passport.checkpoint, known, judge);
  const records = openPhases(passport, head);
  vouchForRows(rows, records);
  const plan = openPlan(rows);
  holdLineage(passport.changeSetId, rows, plan);
  holdApproval(rows, plan, records);
  const shown = openRules(passport, head);
  holdNamedRules(passport, records, shown);
  holdSeparation(rows, records, shown);
  holdEffect(plan, rows);
  holdVerdict(rows);
  const signers = holdSignatures(rows, records, known, judge);
  holdKeys(passport, signers, head);
  holdKeyRecords(passport, signers, head, known, judge);
  return saidBy(rows, records, plan, signers, head);
}

/** Checks the spelling, then the form. */
function openFile(bytes: Uint8Array): Passport {
  const value = jsonOf(bytes);
  const read = passportShape.safeParse(value);
  if (read.success) return read.data;
  const format = z.object({ format: z.string() }).safeParse(value).data?.format;
  refuseUnless(
    format === PASSPORT_FORMAT || format === RULED_PASSPORT_FORMAT,
    'format',
    format === undefined
      ? 'The file is no passport: it names no format.'
      : `The file is of the format ${format}, and this program knows ${PASSPORT_FORMAT} and ${RULED_PASSPORT_FORMAT}.`,
  );
  const [issue] = read.error.issues as [z.core.$ZodIssue];
  const where = issue.path.join('.');
  throw new PassportFault(
    where,
    `The passport is not of its form${where === '' ? '' : ` at ${where}`}: ${issue.message}.`,
  );
}

function jsonOf(bytes: Uint8Array): PlainJson {
  let text: string;
  let value: PlainJson;
  let canonical: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new PassportFault('', 'The file is not UTF-8 text, so it is no passport.');
  }
  try {
    value = JSON.parse(text) as PlainJson;
  } catch {
    throw new PassportFault('', 'The file is not JSON: it was cut off or altered.');
  }
  try {
    canonical = passportText(value);
  } catch (error) {
    throw new PassportFault('', `The file is no plain JSON: ${(error as Error).message}`);
  }
  refuseUnless(
    canonical === text,
    '',
    'The file is not written in the one spelling that a passport has (canonical JSON, RFC 8785): ' +
      'it was altered or saved again.',
  );
  return value;
}

/** Refuses unless each row is one that its record wrote, and no row of a shown table is left out. */
function vouchForRows(rows: PassportRows, records: PhaseRecords): void {
  for (const phase of PASSPORT_PHASES) {
    const written = new RowsOfRecord(records[phase]);
    for (const [part, { table }] of Object.entries<PhaseRow>(PHASES[phase].rows)) {
      if (isPart(rows, part)) vouchForPart(written, rows, part, table);
    }
  }
}

type PassportPart = keyof PassportRows;

/** A passport shows neither the moves, which its records hold, nor units, nor what else the phases wrote. */
function isPart(rows: PassportRows, part: string): part is PassportPart {
  return Object.hasOwn(rows, part);
}

function vouchForPart(written: RowsOfRecord, rows: PassportRows, part: PassportPart, table: string): void {
  const where = `rows.${part}`;
  if (part === 'source') written.resemble(rows.source, 'content', where);
  else if (part === 'blocks' || part === 'affected') {
    rows[part].forEach((row, at) => {
      written.vouch(row, `${where}.${at}`);
    });
  } else {
    const row = rows[part];
    if (row !== null) written.vouch(row, where);
  }
  written.exhaust(table, where);
}
