import { manifestRecordSql } from '../../ledger/inclusion/unit-inclusions.ts';
import { BLOCKS, CUTS, isCompensated, ofNewestCut, uuidIn } from './document-cuts.ts';
import { type Moment, positionOf, wasWritten } from './moment.ts';
import { type Codec, describeNoun, type Noun } from './noun.ts';
import { toList, toMany, toManyThrough, toOne, toOneThrough } from './relation.ts';
import { CHANGE_SETS, RESULTS } from './views.ts';

const VERSIONS = 'public.unit_version';
const CHANGE_SET_ID = uuidIn("v.provenance ->> 'change_set_id'");

/** The version of unit `u` that counts: the newest of a cut that isn't compensated, else the newest void one. */
function versionThatCounts(moment: Moment): string {
  return `(
    select v.id as unit_version_id, v.version_seq, v.title, v.body, v.content_hash,
      v.content_profile ->> 'canonicalization' as canonicalization, v.provenance, k.change_set_id, k.entry_id,
      k.manifest_id, ${isCompensated('k.change_set_id', moment)} as void
    from ${VERSIONS} v join ${CUTS} k on k.change_set_id = ${CHANGE_SET_ID}
    where v.unit_id = u.id and ${wasWritten('ChangeSet', 'k.change_set_id', moment)}
    order by void, v.version_seq desc limit 1)`;
}

/** The columns of unit `u` in version `w`; `here` is its block of the document's newest cut, if that has it. */
const COLUMNS = `u.id as unit_id, u.canonical_address, u.doc_code,
  coalesce(w.provenance ->> 'kind', u.unit_kind) as unit_kind,
  coalesce(w.provenance ->> 'section_type', u.section_type) as section_type,
  w.provenance ->> 'section_code' as section_code, w.provenance -> 'label' as said_label,
  w.title, w.body, w.content_hash, w.canonicalization, w.version_seq, w.unit_version_id, w.change_set_id, w.entry_id,
  ${uuidIn("w.provenance ->> 'parent_unit_id'")} as parent_unit_id,
  case when w.void then 'VOID' when here.render_order is null then 'VANISHED' else 'CURRENT' end as state,
  coalesce(here.render_order, (
    select b.render_order from ${BLOCKS} b
    where b.envelope_id = w.manifest_id and b.unit_local_id = w.provenance ->> 'local_id'
  ), u.sort_order) as unit_order, here.envelope_id`;

/** Units by their keys: each is looked up in the newest cut of its document. */
function byKey(moment: Moment): string {
  return `(select ${COLUMNS} from public.information_unit u cross join lateral ${versionThatCounts(moment)} w
    left join lateral (
      select b.render_order, b.envelope_id from ${BLOCKS} b
      where b.envelope_id = ${ofNewestCut('manifest_id', 'u.doc_code', moment)}
        and b.proposed_canonical_address = u.canonical_address and b.block_role = 'result'
      limit 1
    ) here on true)`;
}

/** The units of one cut in its order: what is listed has one `envelope_id`, so that a page begins anywhere in it. */
function inOrder(moment: Moment): string {
  return `(select ${COLUMNS} from ${BLOCKS} here
    join public.information_unit u on u.canonical_address = here.proposed_canonical_address
    cross join lateral ${versionThatCounts(moment)} w where here.block_role = 'result')`;
}

/** That the unit is in the newest cut of a document. */
function isInNewestCut(unit: string, docCode: string, moment: Moment): string {
  return `${unit}.envelope_id = ${ofNewestCut('manifest_id', docCode, moment)}`;
}

const MARKED_AS = {
  kind: ['unit_kind', 'text'],
  sectionType: 'text',
  sectionCode: 'text',
  title: 'text',
} as const satisfies Record<string, Codec | readonly [string, Codec]>;

/** The character after every other one: a text that ends in it comes after all that begin as it does. */
const LAST = `U&'\\+10FFFF'`;

/** That some version of a unit has this parent: what an index finds, of which the version that counts is one. */
function isEverChildOf(unitId: string, parent: string): string {
  return `${unitId} in (select v.unit_id from ${VERSIONS} v where v.provenance ->> 'parent_unit_id' = ${parent})`;
}

const FILTERS = {
  addressPrefix: {
    codec: 'text',
    sql: (u, prefix) =>
      `(${u}.canonical_address collate "C" >= ${prefix} and ${u}.canonical_address collate "C" < ${prefix} || ${LAST})`,
  },
  parent: {
    codec: 'uuid',
    sql: (u, parent) =>
      `${u}.parent_unit_id = ${parent} and ${isEverChildOf(`${u}.unit_id`, `${parent}::text`)}`,
  },
  verified: {
    codec: 'bool',
    isBroad: true,
    sql: (u, wanted, moment) => `((${verifiedAt(u, moment)}) is not null) = ${wanted}`,
  },
  citation: {
    codec: 'text',
    sql: (u, parts) => {
      const written = `cutter_source.citation_key(array_to_string(${parts}, '/'))`;
      const rest = `substr(${written}, strpos(${written}, '/') + 1)`;
      const [whole, below] = [
        `cutter_source.citation_keys(${written})`,
        `cutter_source.citation_keys(${rest})`,
      ];
      const said = `jsonb_build_object('label', ${u}.said_label, 'section_code', ${u}.section_code)`;
      const key = `cutter_source.label_key(${said})`;
      // The first part may be the document's: "BGB § 433".
      return `(${u}.unit_id in (
          select v.unit_id from ${VERSIONS} v where cutter_source.label_key(v.provenance) = any (${whole} || ${below}))
        and (${key} = any (${whole}) or (${u}.doc_code = split_part(${written}, '/', 1) and ${key} = any (${below}))))`;
    },
  },
} as const satisfies Noun['filters'];

const UNIT = {
  type: 'Unit',
  login: 'reader',
  columns: {
    unitId: 'uuid',
    address: ['canonical_address', 'text'],
    docCode: 'text',
    ...MARKED_AS,
    text: ['body', 'text'],
    contentHash: 'digest',
    canonicalization: 'text',
    versionSeq: 'int',
    state: 'text',
    order: ['unit_order', 'int'],
    parentUnitId: 'uuid',
    unitVersionId: 'uuid',
    changeSetId: 'uuid',
    entryId: 'uuid',
    envelopeId: 'uuid',
  },
  unlessAsked: { state: 'CURRENT' },
  filters: FILTERS,
  key: ['unit_id'],
  derived: {
    citation: {
      sql: (u) =>
        `select to_jsonb(${u}.doc_code)
          || coalesce(${u}.said_label, to_jsonb(array_remove(array[${u}.section_code], null)))`,
    },
    // A cut whose manifest has no labels gave a unit its number alone.
    label: {
      sql: (u) => `select coalesce(${u}.said_label, to_jsonb(array_remove(array[${u}.section_code], null)))`,
    },
    verifiedAt: { sql: verifiedAt, codec: 'time' },
    position: {
      sql: (u) => positionOf('ChangeSet', `${u}.change_set_id`),
    },
  },
  judged: { inclusion: includedFacts },
  relations: {
    document: toOne('Document', ['doc_code', 'doc_code']),
    parent: toOne('Unit', ['unit_id', 'parent_unit_id']),
    children: toManyThrough('UnitInOrder', [], (child, unit, moment) =>
      [
        isInNewestCut(child, `${unit}.doc_code`, moment),
        isEverChildOf(`${child}.unit_id`, `${unit}.unit_id::text`),
        `${child}.parent_unit_id = ${unit}.unit_id`,
      ].join(' and '),
    ),
    ancestors: toList('Unit', ['unit_order'], (ancestor, unit, moment) => {
      const parentOf = (id: string) =>
        `(select ${uuidIn("w.provenance ->> 'parent_unit_id'")} from public.information_unit u
          cross join lateral ${versionThatCounts(moment)} w where u.id = ${id})`;
      return `${ancestor}.unit_id in (
        with recursive up (id, depth) as (
          select ${unit}.parent_unit_id, 1
          union all select ${parentOf('up.id')}, up.depth + 1 from up where up.id is not null and up.depth < 100
        ) select up.id from up where up.id is not null)`;
    }),
    next: toNeighbour('>', 'min'),
    previous: toNeighbour('<', 'max'),
    version: toOne('UnitVersion', ['unit_version_id', 'unit_version_id']),
    versions: toMany('UnitVersion', ['unit_id', 'unit_id']),
    changeSet: toOne('ChangeSet', ['change_set_id', 'change_set_id']),
    entry: toOne('Entry', ['entry_id', 'entry_id']),
  },
} as const satisfies Partial<Parameters<typeof describeNoun>[0]>;

/** Units by address. */
export const UnitNoun: Noun = {
  ...describeNoun({
    ...UNIT,
    name: 'Unit',
    view: byKey(null),
    seat: { of: null, by: 'unit_id', within: ['canonical_address'] },
    indexed: ['canonical_address', 'unit_id', 'doc_code'],
  }),
  viewAt: byKey,
};

/** The units of a document's newest cut, in its order. */
export const UnitInOrderNoun: Noun = {
  ...describeNoun({
    ...UNIT,
    name: 'UnitInOrder',
    view: inOrder(null),
    // By the plan and not by the code: only so does a page begin anywhere without reading the others.
    filters: {
      ...FILTERS,
      docCode: { codec: 'text', sql: (u, docCode, moment) => isInNewestCut(u, docCode, moment) },
    },
    seat: { of: null, by: 'unit_id', within: ['unit_order'] },
    indexed: ['envelope_id'],
  }),
  viewAt: inOrder,
};

/** The first verdict that passed the cut of its version. */
function verifiedAt(unit: string, moment: Moment): string {
  const then = wasWritten('VerifyResult', 'r.verify_result_id', moment);
  return `select min(r.verified_at) from ${RESULTS} r where r.change_set_id = ${unit}.change_set_id
    and r.verdict = 'pass' and ${then}`;
}

/** The facts of `IncludedUnit`: the record by which the unit's version was approved. */
function includedFacts(unit: string): string {
  return `select json_build_object('manifestId', k.manifest_id, 'manifestDigest', c.manifest_version,
      'record', ${manifestRecordSql('r')})
    from ${CUTS} k join ${CHANGE_SETS} c on c.change_set_id = k.change_set_id
    join ${VERSIONS} v on v.id = ${unit}.unit_version_id
    join cutter_source.v_manifest_record r
      on r.envelope_id = k.manifest_id and r.unit_local_id = v.provenance ->> 'local_id'
    where k.change_set_id = ${unit}.change_set_id`;
}

function toNeighbour(side: '<' | '>', nearest: 'min' | 'max') {
  return toOneThrough('UnitInOrder', [], (other, unit, moment) => {
    const plan = ofNewestCut('manifest_id', `${unit}.doc_code`, moment);
    const order = `(select ${nearest}(b.render_order) from ${BLOCKS} b where b.envelope_id = ${plan}
      and b.render_order ${side} ${unit}.unit_order and b.block_role = 'result'
      and b.proposed_canonical_address is not null)`;
    return `${other}.envelope_id = ${plan} and ${other}.unit_order = ${order} and ${unit}.state = 'CURRENT'`;
  });
}
