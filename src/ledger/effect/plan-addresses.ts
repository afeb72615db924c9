/** Whose a plan's addresses are: an address begins with the code of its own document, and is born once. */
import { type CommonQueryMethods, type FragmentSqlToken, sql } from 'slonik';
import { z } from 'zod';
import { isOwnAddress } from '../../document/address.ts';
import { MAX_PROBLEMS } from '../../document/spans.ts';
import type { CutSpec, DocumentPlan } from '../../document/types.ts';
import { type Problem, problemAt } from '../../law/refusals.ts';
import type { SourceMeta } from '../envelope/reading.ts';

/** A unit that holds an address. */
const holder = z.object({ address: z.string(), doc_code: z.string(), unit_id: z.string() });
export const holders = z.array(holder);
type Holder = z.infer<typeof holder>;

/**
 * The units of other documents whose addresses begin with the code that `docCode` yields, as one JSON array of
 * `holder`s. New ones are refused: there are only those that an earlier version accepted, and only their index is read.
 */
export function foreignHolders(docCode: FragmentSqlToken): FragmentSqlToken {
  return sql.fragment`(
    select coalesce(json_agg(
      json_build_object('address', u.canonical_address, 'doc_code', u.doc_code, 'unit_id', u.id)), '[]')
    from public.information_unit u
    where split_part(u.canonical_address, '/', 1) <> u.doc_code
      and split_part(u.canonical_address, '/', 1) = ${docCode})`;
}

/** Every address of the plan that another document holds, or that isn't this document's to give. */
export async function addressProblems(
  connection: Pick<CommonQueryMethods, 'any'>,
  source: SourceMeta,
  spec: CutSpec,
  plan: DocumentPlan,
  held: readonly Holder[],
): Promise<Problem[]> {
  const needed = new Map(
    held.length === 0 ? [] : plan.records.map((record) => [record.address, record.localId]),
  );
  const problems = held.flatMap((unit) => {
    const localId = needed.get(unit.address);
    return localId === undefined ? [] : [takenProblem(placeOf(spec, unit.address, localId), unit)];
  });
  return [...problems, ...(await foreignProblems(connection, source, spec))].slice(0, MAX_PROBLEMS);
}

function placeOf(spec: CutSpec, address: string, localId: string): string[] {
  if ('units' in spec) {
    const at = spec.units.findIndex((span) => span.address === address);
    return ['cutSpec', 'units', String(at), 'address'];
  }
  return ['records', localId, 'address'];
}

function takenProblem(path: readonly string[], { address, doc_code, unit_id }: Holder): Problem {
  const message =
    `The address "${address}" belongs to unit ${unit_id} of document "${doc_code}"; no other unit can have it. ` +
    'Register this document under another code.';
  return problemAt(path, 'address_taken', message, { address });
}

/** Spans that name an address of another document, each with the unit that holds it. */
async function foreignProblems(
  connection: Pick<CommonQueryMethods, 'any'>,
  source: SourceMeta,
  spec: CutSpec,
): Promise<Problem[]> {
  if (!('units' in spec)) return [];
  const foreign = [...spec.units.entries()].filter(
    ([, span]) =>
      span.excludedBecause == null && span.address !== '' && !isOwnAddress(span.address, source.doc_code),
  );
  if (foreign.length === 0) return [];
  const addresses = foreign.map(([, span]) => span.address);
  const found = await connection.any(sql.prepared('plan.taken', holder)`
    /* plan.taken */ select u.canonical_address as address, u.doc_code, u.id as unit_id from public.information_unit u
    where u.canonical_address = any(${sql.array(addresses, 'text')}) and u.doc_code <> ${source.doc_code}`);
  const byAddress = new Map(found.map((unit) => [unit.address, unit]));
  return foreign.map(([at, span]) => foreignProblem(at, span, source.doc_code, byAddress.get(span.address)));
}

function foreignProblem(
  at: number,
  { localId, address }: { readonly localId: string; readonly address: string },
  docCode: string,
  unit: Holder | undefined,
): Problem {
  const rule = `An address begins with the code of its own document: write "${docCode}/…".`;
  const holds =
    unit === undefined ? '' : ` It belongs to unit ${unit.unit_id} of document "${unit.doc_code}".`;
  return problemAt(
    ['cutSpec', 'units', String(at), 'address'],
    unit === undefined ? 'address_foreign' : 'address_taken',
    `Unit "${localId}" has the address "${address}".${holds} ${rule}`,
    { address },
  );
}
