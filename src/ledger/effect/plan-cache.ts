import type { PlanInput } from '../../document/plan.ts';
import type { DocumentPlan } from '../../document/types.ts';
import { PlanMaker } from './plan-apart.ts';

/**
 * Plans by what they are a function of: source, document code, specification, vocabulary, profile, base. Planning is
 * pure, so a plan found here is the plan that would be made again. A judge of the past hashes the bytes before it asks.
 */
export class PlanCache {
  readonly #plans = new Map<string, { plan: DocumentPlan; weight: number }>();
  /** Those that are being made. */
  readonly #making = new Map<string, Promise<DocumentPlan>>();
  readonly #maker = new PlanMaker();
  readonly #capacity: number;
  #weight = 0;

  /** @param capacity how much the cached plans may weigh, about the bytes of their source texts */
  constructor(capacity = 64 * 1024 * 1024) {
    this.#capacity = capacity;
  }

  get(key: string): DocumentPlan | undefined {
    const found = this.#plans.get(key);
    if (found === undefined) return undefined;
    this.#plans.delete(key);
    this.#plans.set(key, found);
    return found.plan;
  }

  /**
   * The plan of this input, whose key is `key`. Who asks while it is made waits for the same.
   * @throws as PlanMaker does
   */
  async plan(key: string, input: PlanInput): Promise<DocumentPlan> {
    const known = this.get(key) ?? this.#making.get(key);
    if (known !== undefined) return known;
    const making = this.#maker.plan(input);
    this.#making.set(key, making);
    try {
      const plan = await making;
      this.set(key, plan);
      return plan;
    } finally {
      this.#making.delete(key);
    }
  }

  set(key: string, plan: DocumentPlan): void {
    const weight = plan.byteLength + plan.records.length * 512;
    if (weight > this.#capacity) return;
    this.#plans.set(key, { plan, weight });
    this.#weight += weight;
    for (const [oldest, { weight: freed }] of this.#plans) {
      if (this.#weight <= this.#capacity) break;
      this.#plans.delete(oldest);
      this.#weight -= freed;
    }
  }
}
