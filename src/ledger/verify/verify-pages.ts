import { type FragmentSqlToken, sql } from 'slonik';
import { z } from 'zod';
import { planByKeys } from '../envelope/plan-by-keys.ts';
import { jsonRows } from '../envelope/reading.ts';
import type { VerifyTx } from '../envelope/transaction.ts';

/** Rows of one page: both sides are done with one in some 20 ms. */
const PAGE_ROWS = 500;
const PAGE = sql.literalValue(String(PAGE_ROWS));

/** A row as JSON. */
type StoredRow = Readonly<Record<string, unknown>>;

export interface StoredVersion {
  readonly id: string;
  readonly unit_id: string;
  readonly version_seq: number;
  /** Null of a version that this cut didn't make, where it wasn't asked for by its id. */
  readonly row: StoredRow | null;
  /** Whether a change set of the document has an affected row for it; null where nobody asked. */
  readonly accounted: boolean | null;
}
export interface StoredUnit {
  readonly id: string;
  readonly canonical_address: string;
  readonly row: StoredRow;
  readonly versions: readonly StoredVersion[];
}
export interface StoredAffected {
  readonly affected_row_id: string;
  readonly ordinal: number;
  readonly row: StoredRow;
}
/** What an earlier cut of the document says of a unit that it let be born. */
export interface StoredBirth {
  readonly change_set_id: string;
  readonly ordinal: number;
  readonly affected_row_id: string;
  readonly state: StoredRow | null;
}

/** Whose rows are read: those that a cut wrote, and those of its document. */
export interface WhoseRows {
  readonly changeSetId: string;
  readonly docCode: string;
}

const firstRow = z.object({
  affected: jsonRows<StoredAffected>(),
  births: jsonRows<StoredBirth>(),
  units: jsonRows<StoredUnit>(),
  strangers: jsonRows<StoredVersion>(),
});

/**
 * The rows that a cut wrote, and those of its document that nothing accounts for, page by page. The first page of each
 * is read by one statement. Each is found by its own index, whatever the statistics say.
 */
export class CutPages {
  readonly #tx: VerifyTx;
  readonly #judged: WhoseRows;
  readonly #first: z.infer<typeof firstRow>;

  private constructor(tx: VerifyTx, judged: WhoseRows, first: z.infer<typeof firstRow>) {
    this.#tx = tx;
    this.#judged = judged;
    this.#first = first;
  }

  static async open(tx: VerifyTx, judged: WhoseRows): Promise<CutPages> {
    const { changeSetId, docCode } = judged;
    const all = sql.fragment`true`;
    const first = await tx.connection.one(sql.prepared('verify.rows', firstRow)`/* verify.rows */
      select ${affectedPage(changeSetId, all)} as affected, ${birthPage(judged, all)} as births,
        ${unitPage(judged, sql.fragment`i.doc_code = ${docCode}`)} as units,
        (select coalesce(json_agg(json_build_object('id', v.id, 'unit_id', v.unit_id, 'version_seq', v.version_seq)),
            '[]')
          from public.unit_version v where v.provenance->>'change_set_id' = ${changeSetId}
            and (select u.doc_code from public.information_unit u where u.id = v.unit_id)
              is distinct from ${docCode}) as strangers`);
    if (Object.values(first).some((page) => page.length >= PAGE_ROWS)) await planByKeys(tx.connection);
    return new CutPages(tx, judged, first);
  }

  /** Versions that name this cut, of units that aren't the document's. */
  get strangers(): readonly StoredVersion[] {
    return this.#first.strangers;
  }

  /** The affected rows of the cut, in their order. */
  affected(): AsyncGenerator<readonly StoredAffected[], void> {
    const { changeSetId } = this.#judged;
    return pagesFrom(this.#first.affected, ({ ordinal, affected_row_id: id }) =>
      this.#page(
        affectedPage(
          changeSetId,
          sql.fragment`(a.ordinal, a.affected_row_id) > (${ordinal}::int, ${id}::uuid)`,
        ),
        'affected',
      ),
    );
  }

  /** The births that the document's other cuts account for. */
  births(): AsyncGenerator<readonly StoredBirth[], void> {
    return pagesFrom(this.#first.births, ({ change_set_id: cut, ordinal, affected_row_id: id }) =>
      this.#page(
        birthPage(
          this.#judged,
          sql.fragment`(a.change_set_id, a.ordinal, a.affected_row_id) > (${cut}::uuid, ${ordinal}::int, ${id}::uuid)`,
        ),
        'births',
      ),
    );
  }

  /** The units of the document, each with its versions. */
  units(): AsyncGenerator<readonly StoredUnit[], void> {
    const { docCode } = this.#judged;
    return pagesFrom(this.#first.units, ({ canonical_address: last }) =>
      this.#page(
        unitPage(this.#judged, sql.fragment`i.doc_code = ${docCode} and i.canonical_address > ${last}`),
        'units',
      ),
    );
  }

  /** These units, wherever they are now. */
  async *unitsById(ids: readonly string[]): AsyncGenerator<readonly StoredUnit[], void> {
    for (let from = 0; from < ids.length; from += PAGE_ROWS) {
      const some = sql.array(ids.slice(from, from + PAGE_ROWS), 'uuid');
      yield await this.#page<StoredUnit>(
        unitPage(this.#judged, sql.fragment`i.id = any(${some})`),
        'units_by_id',
      );
    }
  }

  /** These versions, whole. */
  async *versionsById(ids: readonly string[]): AsyncGenerator<readonly StoredVersion[], void> {
    for (let from = 0; from < ids.length; from += PAGE_ROWS) {
      const some = sql.array(ids.slice(from, from + PAGE_ROWS), 'uuid');
      yield await this.#page<StoredVersion>(
        sql.fragment`(select coalesce(json_agg(json_build_object('id', v.id, 'unit_id', v.unit_id,
          'version_seq', v.version_seq, 'row', to_json(v))), '[]')
          from public.unit_version v where v.id = any(${some}))`,
        'versions_by_id',
      );
    }
  }

  async #page<R>(rows: FragmentSqlToken, name: string): Promise<readonly R[]> {
    const row = z.object({ rows: jsonRows<R>() });
    const { rows: page } = await this.#tx.connection.one(
      sql.prepared(`verify.${name}`, row)`/* verify.page */ select ${rows} as rows`,
    );
    return page;
  }
}

async function* pagesFrom<R>(
  first: readonly R[],
  next: (last: R) => Promise<readonly R[]>,
): AsyncGenerator<readonly R[], void> {
  for (let page = first; ; ) {
    yield page;
    const last = page.at(-1);
    if (last === undefined || page.length < PAGE_ROWS) return;
    page = await next(last);
  }
}

function affectedPage(changeSetId: string, only: FragmentSqlToken): FragmentSqlToken {
  return sql.fragment`(
    select coalesce(json_agg(json_build_object('affected_row_id', a.affected_row_id, 'ordinal', a.ordinal,
      'row', to_json(a)) order by a.ordinal, a.affected_row_id), '[]')
    from (select * from cutter_governance.cut_change_set_affected_row a
      where a.change_set_id = ${changeSetId}::uuid and ${only}
      order by a.change_set_id, a.ordinal, a.affected_row_id limit ${PAGE}::int) a)`;
}

function birthPage({ changeSetId, docCode }: WhoseRows, only: FragmentSqlToken): FragmentSqlToken {
  return sql.fragment`(
    select coalesce(json_agg(json_build_object('change_set_id', a.change_set_id, 'ordinal', a.ordinal,
      'affected_row_id', a.affected_row_id, 'state', a.state)
      order by a.change_set_id, a.ordinal, a.affected_row_id), '[]')
    from (select a.change_set_id, a.ordinal, a.affected_row_id, a.after_state_snapshot as state
      from cutter_governance.cut_change_set_affected_row a
      where a.change_set_id = any(array(select c.change_set_id from cutter_governance.cut_change_set c
          where c.payload_summary->>'doc_code' = ${docCode} and c.change_kind = 'cut'
            and c.change_set_id <> ${changeSetId}::uuid))
        and a.effect_kind = 'insert' and ${only}
      order by a.change_set_id, a.ordinal, a.affected_row_id limit ${PAGE}::int) a)`;
}

/** A unit with its versions: those of the cut whole, of the others whether a change set of the document has them. */
function unitPage({ changeSetId, docCode }: WhoseRows, only: FragmentSqlToken): FragmentSqlToken {
  return sql.fragment`(
    select coalesce(json_agg(json_build_object('id', u.id, 'canonical_address', u.canonical_address,
        'row', to_json(u), 'versions', (
          select coalesce(json_agg(case when v.provenance->>'change_set_id' = ${changeSetId}
            then json_build_object('id', v.id, 'unit_id', v.unit_id, 'version_seq', v.version_seq, 'row', to_json(v))
            else json_build_object('id', v.id, 'unit_id', v.unit_id, 'version_seq', v.version_seq,
              'accounted', exists (select from cutter_governance.cut_change_set_affected_row a
                join cutter_governance.cut_change_set c using (change_set_id)
                where a.target_row_id = v.id::text and c.payload_summary->>'doc_code' = ${docCode}
                  and c.change_kind = 'cut')) end), '[]')
          from public.unit_version v where v.unit_id = u.id))
        order by u.canonical_address), '[]')
    from (select * from public.information_unit i where ${only}
      order by i.canonical_address limit ${PAGE}::int) u)`;
}
