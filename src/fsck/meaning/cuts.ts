import { createHash, hash } from 'node:crypto';
import type { Client } from 'pg';
import { effectDigest, type UnitEffect } from '../../document/effect.ts';
import { type ManifestHeader, manifestDigest, manifestLeaf } from '../../document/manifest.ts';
import {
  type ActionSummary,
  effectOfBlock,
  type RecordSummary,
  recordOfBlock,
  unitCountsOf,
} from '../../law/manifest-block.ts';
import { canonicalJson, type PlainJson } from '../../proof/canonical.ts';
import { leafHash } from '../../proof/merkle.ts';
import { UUID_PATTERN } from '../../proof/uuid.ts';
import type { FsckCoverage, FsckFinding, FsckFindings } from '../finding.ts';
import { eachJsonRow, positionSql } from '../json-rows.ts';

const CHANGE_SETS = 'cutter_governance.cut_change_set';
const BLOCKS = 'cutter_governance.manifest_unit_block';
const VERSIONS = 'public.unit_version';
/** Manifests whose records are known not to be those that were approved. */
export const RECORDS_OF = 'records of';
/** Cuts of one page. The texts that they made are in memory together. */
const PAGE = 4;

interface CutHead {
  readonly change_set_id: string;
  readonly manifest_id: string;
  readonly manifest_version: string;
  readonly effect_digest: string;
  readonly affected_row_count: number;
  readonly counts: PlainJson;
  readonly source_digest: string | null;
  readonly affected: number;
  readonly position: number | null;
}

/** What a block's `payload_summary` says, as the review wrote it. */
interface BlockSummary extends Omit<RecordSummary, 'content_hash'>, ActionSummary {
  readonly header?: ManifestHeader;
  readonly sort_order: number | null;
  readonly content_hash: string;
  readonly base_version_id: string | null;
}

interface BlockRow {
  readonly cut: string;
  readonly local_id: string;
  readonly role: 'origin' | 'result';
  readonly start: number;
  readonly end: number;
  readonly render_order: number;
  readonly address: string | null;
  readonly parent: string | null;
  readonly summary: BlockSummary;
  readonly version_id: string | null;
  readonly text: string | null;
}

/**
 * Recomputes every cut from its rows: each byte in exactly one record, the source's digest, the manifest's, the
 * effect's, and all counts.
 */
export async function checkCuts(
  client: Client,
  head: number,
  findings: FsckFindings,
  coverage: FsckCoverage,
): Promise<void> {
  for (let last = '00000000-0000-0000-0000-000000000000', open = true; open; ) {
    const where = `c.change_set_id > '${last}'`;
    const ids = await checkPage(client, `${where} order by c.change_set_id limit ${PAGE}`, head, findings);
    coverage.cuts += ids.length;
    last = ids.at(-1) ?? last;
    open = ids.length === PAGE;
  }
}

/** The same for some change sets, by id: what a page of the log wrote. */
export async function checkSomeCuts(
  client: Client,
  ids: readonly string[],
  head: number,
  findings: FsckFindings,
  coverage: FsckCoverage,
): Promise<void> {
  if (ids.length === 0) return;
  const where = `c.change_set_id in (${listed(ids)})`;
  coverage.cuts += (await checkPage(client, where, head, findings)).length;
}

async function checkPage(
  client: Client,
  which: string,
  head: number,
  findings: FsckFindings,
): Promise<string[]> {
  const cuts = new Map<string, CutHead>();
  await eachJsonRow<CutHead>(client, headsSql(which), (cut) => cuts.set(cut.change_set_id, cut));
  if (cuts.size === 0) return [];
  const made = new Map<string, MadeVersion>();
  await eachJsonRow<MadeVersion>(client, versionsSql([...cuts.keys()]), (version) =>
    made.set(`${version.cut} ${version.local_id}`, version),
  );
  const judges = new Map([...cuts].map(([id, cut]) => [id, new CutJudge(cut)]));
  await eachJsonRow<BlockRow>(client, blocksSql([...cuts.keys()]), (block) => {
    const version = block.role === 'result' ? made.get(`${block.cut} ${block.local_id}`) : undefined;
    const whole = version === undefined ? block : { ...block, version_id: version.id, text: version.text };
    (judges.get(block.cut) as CutJudge).block(whole, findings);
  });
  for (const judge of judges.values()) judge.finish(head, findings);
  return [...cuts.keys()];
}

/** A version that a cut made. */
interface MadeVersion {
  readonly cut: string;
  readonly local_id: string;
  readonly id: string;
  readonly text: string;
}

/** A text as a UUID, as SQL; null where it is none. */
const uuidSql = (text: string) => `case when ${text} ~ '^${UUID_PATTERN}$' then (${text})::uuid end`;

const listed = (ids: readonly string[]) => ids.map((id) => `'${id}'`).join();

/** Read apart from the blocks: a join of the two is quadratic where the planner doesn't know their sizes. */
const versionsSql = (
  cuts: readonly string[],
) => `select json_build_object('cut', v.provenance->>'change_set_id', 'local_id', v.provenance->>'local_id',
    'id', v.id, 'text', v.body)
  from ${VERSIONS} v where v.provenance->>'change_set_id' in (${listed(cuts)})`;

const headsSql = (
  which: string,
) => `select json_build_object('change_set_id', c.change_set_id, 'manifest_id', c.manifest_id,
    'manifest_version', c.manifest_version, 'effect_digest', c.effect_digest,
    'affected_row_count', c.affected_row_count, 'counts', c.payload_summary->'counts',
    'source_digest', c.payload_summary->>'source_digest',
    'affected', (select count(*) from cutter_governance.cut_change_set_affected_row a
      where a.change_set_id = c.change_set_id),
    'position', ${positionSql('c.change_set_id')})
  from ${CHANGE_SETS} c where c.change_kind = 'cut' and ${which}`;

const blocksSql = (
  cuts: readonly string[],
) => `select json_build_object('cut', c.change_set_id, 'local_id', b.unit_local_id, 'role', b.block_role,
    'start', b.source_span->'start', 'end', b.source_span->'end', 'render_order', b.render_order,
    'address', b.proposed_canonical_address, 'parent', b.candidate_edges->0->>'to',
    'summary', case when jsonb_typeof(b.payload_summary) = 'object' then b.payload_summary else '{}' end,
    'version_id', v.id, 'text', coalesce(v.body, b.payload_summary->>'text'))
  from ${CHANGE_SETS} c
  join ${BLOCKS} b on b.envelope_id = c.manifest_id
  left join ${VERSIONS} v on b.block_role = 'result' and v.id = ${uuidSql("b.payload_summary->>'base_version_id'")}
  where c.change_set_id in (${listed(cuts)})
  order by c.change_set_id, b.render_order, b.unit_local_id`;

/** One cut, block by block in the order of its manifest. */
class CutJudge {
  readonly cut: CutHead;
  #tainted = false;
  #at = 0;
  #records = 0;
  #header: ManifestHeader | null = null;
  #fault: string | null = null;
  readonly #text = createHash('sha256');
  readonly #leaves: Buffer[] = [];
  readonly #effects: UnitEffect[] = [];
  readonly #addresses = new Map<string, string | null>();

  constructor(cut: CutHead) {
    this.cut = cut;
  }

  block(block: BlockRow, findings: FsckFindings): void {
    this.#tainted ||=
      findings.isTainted(BLOCKS, `${this.cut.manifest_id}/${block.local_id}`) ||
      findings.isTainted(VERSIONS, block.version_id) ||
      findings.isTainted(VERSIONS, block.summary.base_version_id);
    this.#readable(`Record ${block.local_id}`, () => {
      if (block.role === 'result') this.#record(block);
      this.#effect(block);
    });
  }

  /** An altered row may have any form. One that can't be read is a fault, and the check goes on. */
  #readable(what: string, read: () => void): void {
    try {
      read();
    } catch {
      this.#fault ??= `${what} is not of a form that a cut writes.`;
    }
  }

  #record(block: BlockRow): void {
    const { summary, text } = block;
    if (this.#records === 0) this.#header = summary.header ?? null;
    if (block.start !== this.#at || block.render_order !== this.#records)
      this.#fault ??= `Record ${block.local_id} begins at byte ${block.start}, where ${this.#at} is due.`;
    if (
      text === null ||
      Buffer.byteLength(text) !== block.end - block.start ||
      `sha256:${hash('sha256', text, 'hex')}` !== summary.text_digest
    )
      this.#fault ??= `The text of record ${block.local_id} isn't the one that was approved.`;
    this.#at = block.end;
    this.#records += 1;
    if (text !== null) this.#text.update(text);
    this.#addresses.set(block.local_id, block.address);
    this.#leaves.push(leafHash(manifestLeaf(recordOfBlock(placeOfBlock(block), block.summary))));
  }

  #effect({ address, parent, summary }: BlockRow): void {
    const effect = effectOfBlock({ address, parent }, summary, this.#addresses);
    if (effect !== null) this.#effects.push(effect);
  }

  finish(head: number, findings: FsckFindings): void {
    const { cut } = this;
    const report = (verdict: FsckFinding['verdict'], column: string, message: string) => {
      if (this.#tainted) return;
      const isReported = findings.derive(
        [
          ['cutter_governance.manifest_envelope', cut.manifest_id],
          ['parts of', cut.change_set_id],
          ['record', String(cut.position)],
        ],
        {
          verdict,
          table: CHANGE_SETS,
          key: cut.change_set_id,
          column,
          after: cut.position,
          before: head,
          message,
        },
      );
      // What was approved of these records is no second finding.
      if (isReported) findings.taint(RECORDS_OF, cut.manifest_id);
    };
    const source = `sha256:${this.#text.digest('hex')}`;
    const header = this.#header;
    if (header === null) {
      report('coverage-broken', 'manifest_id', 'The manifest of this cut has no records.');
      return;
    }
    if (this.#at !== header.byteLength)
      this.#fault ??= `The records end at byte ${this.#at}; the source has ${header.byteLength}.`;
    if (source !== header.sourceDigest || header.sourceDigest !== cut.source_digest)
      this.#fault ??= `The records add up to ${source}, not to the source ${String(cut.source_digest)}.`;
    let [manifest, effect] = ['', ''];
    this.#readable('The manifest', () => {
      manifest = manifestDigest(header, this.#leaves);
      effect = effectDigest(this.#effects);
    });
    if (this.#fault !== null) report('coverage-broken', 'payload_summary', this.#fault);
    if (manifest !== cut.manifest_version)
      report(
        'digest-differs',
        'manifest_version',
        "The manifest's header and records don't have the digest that was approved.",
      );
    if (effect !== cut.effect_digest)
      report('digest-differs', 'effect_digest', "The cut's effect doesn't have the digest that was signed.");
    this.#counts(report);
  }

  #counts(report: (verdict: FsckFinding['verdict'], column: string, message: string) => void): void {
    const counts = unitCountsOf(
      this.#records,
      this.#effects.map(({ action }) => action),
    );
    if (canonicalJson({ ...counts }) !== canonicalJson(this.cut.counts ?? null))
      report('count-differs', 'payload_summary', "The change set's counts aren't those of its manifest.");
    const written = counts.birth + counts.version;
    if (this.cut.affected !== written || this.cut.affected_row_count !== written)
      report(
        'count-differs',
        'affected_row_count',
        `The change set counts ${this.cut.affected_row_count} affected rows; ` +
          `${this.cut.affected} are there, and its manifest has ${written}.`,
      );
  }
}

const placeOfBlock = ({ local_id: localId, render_order: renderOrder, ...block }: BlockRow) => ({
  localId,
  renderOrder,
  start: block.start,
  end: block.end,
  address: block.address,
  parent: block.parent,
});
