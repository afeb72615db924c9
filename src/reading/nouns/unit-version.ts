import { CUTS, isCompensated, uuidIn } from './document-cuts.ts';
import { type Moment, positionOf, wasWritten } from './moment.ts';
import { describeNoun, type Noun } from './noun.ts';
import { toOne } from './relation.ts';

/** What a version may differ in from the one before it, beside its bytes. */
const SAID = ['kind', 'section_type', 'section_code', 'parent_unit_id'];

/**
 * That version `v`, made by this manifest, says what the version says that it was decided against, in other bytes. A
 * version of the first format doesn't say how it is cited.
 */
function isFormatOnly(v: string, manifestId: string): string {
  const same = SAID.map(
    (part) =>
      `normalize(b.provenance ->> '${part}') is not distinct from normalize(${v}.provenance ->> '${part}')`,
  );
  const base = uuidIn("block.payload_summary ->> 'base_version_id'");
  return `exists (select from cutter_governance.manifest_unit_block block join public.unit_version b on b.id = ${base}
    where block.envelope_id = ${manifestId} and block.unit_local_id = ${v}.provenance ->> 'local_id'
      and b.content_hash = ${v}.content_hash and b.body <> ${v}.body
      and coalesce(normalize(b.provenance ->> 'label') = normalize(${v}.provenance ->> 'label'), true)
      and normalize(b.title) is not distinct from normalize(${v}.title) and ${same.join(' and ')})`;
}

/** The version that version `v`, made by this manifest, was decided against; null of a birth. */
function baseOf(v: string, manifestId: string): string {
  const base = uuidIn("block.payload_summary ->> 'base_version_id'");
  return `select ${base} from cutter_governance.manifest_unit_block block
    where block.envelope_id = ${manifestId} and block.unit_local_id = ${v}.provenance ->> 'local_id'`;
}

/** Every version, void ones too, with the cut that made it. */
function versionsAt(moment: Moment): string {
  return `(select v.id as unit_version_id, v.unit_id, v.version_seq, v.title, v.body, v.content_hash,
    ${isFormatOnly('v', 'k.manifest_id')} as format_only,
    k.change_set_id, k.entry_id, (${baseOf('v', 'k.manifest_id')}) as base_version_id,
    ${isCompensated('k.change_set_id', moment)} as void
    from public.unit_version v join ${CUTS} k on k.change_set_id = ${uuidIn("v.provenance ->> 'change_set_id'")}
    where ${wasWritten('ChangeSet', 'k.change_set_id', moment)})`;
}

export const UnitVersionNoun: Noun = {
  ...describeNoun({
    name: 'UnitVersion',
    login: 'reader',
    view: versionsAt(null),
    columns: {
      unitVersionId: 'uuid',
      unitId: 'uuid',
      versionSeq: 'int',
      text: ['body', 'text'],
      title: 'text',
      contentHash: 'digest',
      void: 'bool',
      formatOnly: 'bool',
      changeSetId: 'uuid',
      entryId: 'uuid',
    },
    key: ['unit_version_id'],
    seat: { of: null, by: 'unit_version_id', within: ['version_seq', 'unit_version_id'] },
    indexed: ['unit_version_id', 'unit_id'],
    derived: {
      position: {
        sql: (v) => positionOf('ChangeSet', `${v}.change_set_id`),
      },
    },
    // A compensation makes it void.
    lasting: { but: ['void'] },
    relations: {
      unit: toOne('Unit', ['unit_id', 'unit_id']),
      base: toOne('UnitVersion', ['unit_version_id', 'base_version_id']),
      changeSet: toOne('ChangeSet', ['change_set_id', 'change_set_id']),
      entry: toOne('Entry', ['entry_id', 'entry_id']),
    },
  }),
  viewAt: versionsAt,
};
