import { call, fresh, type Loose, marked, sweepAll, verifyCut } from '../harness/cycle.ts';
import type { TestServer } from '../harness/server.ts';

/** Versions of documents whose approvals are carried over, through the API of one server. */

export type Sections = Readonly<Record<string, string>>;

export const THREE: Sections = { One: 'First.', Two: 'Second.', Three: 'Third.' };

const textOf = (sections: Sections) =>
  `# Law\n\n${Object.entries(sections)
    .map(([title, text]) => `## ${title}\n\n${text}\n`)
    .join('\n')}\n`;

const SHOWN = `__typename ... on Plan { manifestDigest toReview
    carriedOver { digest records shares { records approval { reviewDecisionId decidedBy } } }
    units(first: 100, toReview: true) { nodes { address } }
    all: units(first: 100) { nodes { address approvedBy { reviewDecisionId } } } }
  ... on Refusal { message }`;

export class CarriedGround {
  readonly server: TestServer;

  constructor(server: TestServer) {
    this.server = server;
  }

  async planOf(entryId: string): Promise<Loose> {
    const query = `query ($entryId: UUID) { planCut(entryId: $entryId) { ${SHOWN} } }`;
    const { body } = await this.server.gql(this.server.tokens.reviewer, query, { entryId });
    if (body.errors !== undefined) throw new Error(JSON.stringify(body.errors));
    return body.data.planCut;
  }

  async pending(docCode: string, sections: Sections): Promise<string> {
    const { entryId } = await marked(this.server, fresh(), { docCode, text: textOf(sections) });
    await sweepAll(this.server);
    return entryId;
  }

  /** Approves the plan of an entry, by default relying on all that was approved before. */
  async approve(entryId: string, more: Record<string, unknown> = {}): Promise<Loose> {
    const plan = await this.planOf(entryId);
    const input = {
      idempotencyKey: fresh('review'),
      entryId,
      verdict: 'APPROVE',
      manifestDigest: plan.manifestDigest,
      carriedOverDigest: plan.carriedOver.digest,
      ...more,
    };
    const shown = 'decision { reviewDecisionId evidence { findings reviewed carriedOver } }';
    return call(this.server, this.server.tokens.reviewer, 'review', input, shown);
  }

  async cut(entryId: string): Promise<Loose> {
    const { manifestDigest } = await this.planOf(entryId);
    const input = { idempotencyKey: fresh('cut'), entryId, manifestDigest };
    return call(this.server, this.server.tokens.executor, 'cut', input, 'changeSet { changeSetId }');
  }

  async cutAndVerify(entryId: string): Promise<string> {
    const { changeSet } = await this.cut(entryId);
    await verifyCut(this.server, { name: fresh('verify'), changeSetId: changeSet.changeSetId });
    return changeSet.changeSetId;
  }

  /** Takes a version of a document through all phases; returns its decision. */
  async completed(docCode: string, sections: Sections): Promise<Loose> {
    const entryId = await this.pending(docCode, sections);
    const { decision } = await this.approve(entryId);
    return { ...decision, entryId, changeSetId: await this.cutAndVerify(entryId) };
  }
}
