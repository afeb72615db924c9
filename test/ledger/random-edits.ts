import { call, fresh, marked, sweepAll, verifyCut } from '../harness/cycle.ts';
import type { Seeded } from '../harness/seeded.ts';
import type { TestServer } from '../harness/server.ts';

/*
 * A law whose text is edited at random. Each version is planned, reviewed by what was approved before, cut and verified
 * through the API. What its blocks say of carried approvals is held against the bytes of all versions.
 */

interface Section {
  readonly title: string;
  readonly words: string;
  /** Whether the edits of this round left it alone. */
  readonly isLeft: boolean;
}
interface Part {
  readonly section: Section;
  readonly sections: Section[];
}

const IN_PART = 40;
const textOfSection = (level: string, { title, words }: Section) => `${level} ${title}\n\n${words}\n\n`;
const textOfLaw = (parts: readonly Part[]) =>
  `# Law\n\n${parts
    .map(({ section, sections }) =>
      [textOfSection('##', section), ...sections.map((one) => textOfSection('###', one))].join(''),
    )
    .join('')}`;

const LETTERS = ['x', ' ', '. ', 'é', 'e\u0301', '', 'ß', '-', '§', '\r\n', '\n\n'];

/** A block: all that a reviewer sees of its record, its text alone, and whose approval is carried over. */
interface SeenBlock {
  readonly seen: string;
  readonly text: string;
  readonly by: string | null;
}

/** What one version's blocks came to. */
export interface EditedRound {
  readonly records: number;
  readonly carried: number;
  /** Records that are carried over, and that the decision they name never saw to the byte. */
  readonly changedCarried: readonly string[];
  /** Records of the version before, the same to the byte, that a reviewer is asked for. */
  readonly unchangedAsked: readonly string[];
}

export class EditedLaw {
  readonly #server: TestServer;
  readonly #random: Seeded;
  readonly #docCode: string;
  #parts: Part[];
  #born = 0;
  /** By decision, what its reviewer looked at; by what a reviewer sees, how often. */
  readonly #lookedAt = new Map<string, Map<string, number>>();
  /** The records of the version before. */
  #before = new Map<string, number>();

  constructor(server: TestServer, random: Seeded, docCode: string, units: number) {
    this.#server = server;
    this.#random = random;
    this.#docCode = docCode;
    this.#parts = Array.from({ length: Math.ceil(units / (IN_PART + 1)) }, () => ({
      section: this.#section('Part'),
      sections: Array.from({ length: IN_PART }, () => this.#section('Section')),
    }));
  }

  #section(name: string): Section {
    this.#born += 1;
    // Some titles are those of others, and some have a number.
    const title = this.#random.pick([`${name} ${this.#born}`, `§ ${this.#born} ${name}`, `${name} of bees`]);
    return { title, words: `Words ${this.#born} of this law, and what follows from them.`, isLeft: true };
  }

  /** Edits the text, and takes the version through all phases. */
  async round(edits: number): Promise<EditedRound> {
    const left = (section: Section): Section => ({ ...section, isLeft: true });
    this.#parts = this.#parts.map(({ section, sections }) => ({
      section: left(section),
      sections: sections.map(left),
    }));
    for (let edit = 0; edit < edits; edit += 1) this.#edit();
    const { decisionId, manifestId } = await this.#completed(textOfLaw(this.#parts));
    return this.#judge(decisionId, await this.#blocks(manifestId));
  }

  #edit(): void {
    const random = this.#random;
    const at = random.between(0, this.#parts.length - 1);
    const { section, sections } = this.#parts[at]!;
    if (random.between(0, 199) === 0) {
      this.#parts[at] = { section: this.#changed(section), sections };
      return;
    }
    const place = random.between(0, Math.max(0, sections.length - 1));
    const what = random.pick(['change', 'change', 'change', 'insert', 'delete']);
    const one = sections[place];
    if (what === 'insert' || one === undefined)
      sections.splice(place, 0, { ...this.#section('New'), isLeft: false });
    else if (what === 'delete') sections.splice(place, 1);
    else sections[place] = this.#changed(one);
  }

  /** One to three letters of the words or of the title become others. */
  #changed(section: Section): Section {
    const random = this.#random;
    const field = random.pick(['words', 'words', 'words', 'title'] as const);
    const text = section[field];
    const place = random.between(0, text.length);
    const letters = field === 'title' ? LETTERS.filter((letter) => !/[\r\n]/.test(letter)) : LETTERS;
    const other = text.slice(0, place) + random.pick(letters) + text.slice(place + random.between(0, 3));
    return { ...section, [field]: other, isLeft: other === text && section.isLeft };
  }

  async #completed(text: string) {
    const server = this.#server;
    const { entryId } = await marked(server, fresh('edit'), { docCode: this.#docCode, text });
    await sweepAll(server);
    const { body } = await server.gql(
      server.tokens.reviewer,
      `query ($entryId: UUID) { planCut(entryId: $entryId) {
        __typename ... on Plan { manifestDigest carriedOver { digest } } ... on Refusal { message } } }`,
      { entryId },
    );
    const { manifestDigest, carriedOver } = body.data.planCut;
    const input = { entryId, verdict: 'APPROVE', manifestDigest, carriedOverDigest: carriedOver.digest };
    const { decision } = await call(
      server,
      server.tokens.reviewer,
      'review',
      { idempotencyKey: fresh('review'), ...input },
      'decision { reviewDecisionId manifestId }',
    );
    const key = fresh('cut');
    const { changeSet } = await call(
      server,
      server.tokens.executor,
      'cut',
      { idempotencyKey: key, entryId, manifestDigest },
      'changeSet { changeSetId }',
    );
    const judged = await verifyCut(server, { name: key, changeSetId: changeSet.changeSetId });
    if (judged.result.verdict !== 'PASS') throw new Error(JSON.stringify(judged));
    return {
      decisionId: decision.reviewDecisionId as string,
      manifestId: decision.manifestId as string,
    };
  }

  /** Each record with all that a reviewer sees, its text cut from the bytes of the source. */
  async #blocks(manifestId: string): Promise<readonly SeenBlock[]> {
    const { rows } = await this.#server.superuser.query(
      `select b.proposed_canonical_address as address, p.proposed_canonical_address as parent,
          b.payload_summary as summary, substr(s.content, (b.source_span->>'start')::int + 1,
            (b.source_span->>'end')::int - (b.source_span->>'start')::int) as bytes
        from cutter_governance.manifest_unit_block b
        join cutter_governance.manifest_envelope m using (envelope_id)
        join cutter_governance.decision_backlog_entry e on e.entry_id::text = m.source_doc_ref
        join cutter_source.source s on 'source:' || s.source_id = e.payload->>'iu_ref'
        left join cutter_governance.manifest_unit_block p
          on p.envelope_id = b.envelope_id and p.unit_local_id = b.candidate_edges->0->>'to'
        where b.envelope_id = $1 and b.block_role = 'result' order by b.render_order`,
      [manifestId],
    );
    return rows.map(({ address, parent, summary, bytes }) => {
      const { role, kind, section_type, section_code, title, excluded_because } = summary;
      const text = (bytes as Buffer).toString('utf8');
      const seen = [address, parent, role, kind, section_type, section_code, title, excluded_because, text];
      return { seen: JSON.stringify(seen), text, by: summary.approved_by ?? null };
    });
  }

  #judge(decisionId: string, blocks: readonly SeenBlock[]): EditedRound {
    const carried = blocks.filter(({ by }) => by !== null);
    const changedCarried = carried.filter(({ seen, by }) => (this.#lookedAt.get(by!)?.get(seen) ?? 0) === 0);
    const carriedTexts = countsOf(carried.map(({ text }) => text));
    const asked = countsOf(blocks.flatMap(({ seen, by }) => (by === null ? [seen] : [])));
    const now = countsOf(blocks.map(({ seen }) => seen));
    // As many as both versions have are carried over.
    const again = [...asked].filter(
      ([seen, count]) =>
        count > (now.get(seen) ?? 0) - Math.min(now.get(seen) ?? 0, this.#before.get(seen) ?? 0),
    );
    const isFirst = this.#lookedAt.size === 0;
    const untouched = isFirst ? [] : this.#untouchedTexts().filter((text) => !carriedTexts.has(text));
    this.#lookedAt.set(decisionId, asked);
    this.#before = now;
    return {
      records: blocks.length,
      carried: carried.length,
      changedCarried: changedCarried.map(({ seen }) => seen),
      unchangedAsked: [...again.map(([seen]) => seen), ...untouched],
    };
  }

  /** The sections that nobody edited in this round, under a part that nobody edited. */
  #untouchedTexts(): string[] {
    return this.#parts
      .filter(({ section }) => section.isLeft)
      .flatMap(({ sections }) =>
        sections.filter(({ isLeft }) => isLeft).map((one) => textOfSection('###', one)),
      );
  }
}

function countsOf(texts: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const text of texts) counts.set(text, (counts.get(text) ?? 0) + 1);
  return counts;
}
