/** What stands before and after a stretch, and before and after a unit, among those of the same parent. */
import type { BaseUnit } from './base.ts';

type Side = 'both' | 'before' | 'after';
type Beside = Readonly<Record<'before' | 'after', string | null>>;
type Keys = readonly [(stretch: number) => string | null, (unit: BaseUnit) => string | null];

interface Ground {
  readonly base: readonly BaseUnit[];
  readonly trimmedDigestOf: (stretch: number) => string;
}
interface Sibling {
  readonly parent: number | null;
  readonly excludedBecause: string | null;
}

export class Neighbours {
  readonly #ground: Ground;
  readonly #stretches: readonly Sibling[];
  #besideStretch: Map<number, readonly [number | null, number | null]> | null = null;
  #besideUnit: Map<string, Beside> | null = null;

  constructor(stretches: readonly Sibling[], ground: Ground) {
    this.#stretches = stretches;
    this.#ground = ground;
  }

  /** Keys that are equal where the same texts stand on a side; null where nothing stands there. */
  by(side: Side): Keys {
    this.#besideStretch ??= besideEach(
      [...this.#stretches.keys()].filter((at) => this.#stretches[at]!.excludedBecause === null),
      (at) => this.#stretches[at]!.parent,
    );
    this.#besideUnit ??= this.#unitsBeside();
    const digest = (at: number | null | undefined) => (at == null ? null : this.#ground.trimmedDigestOf(at));
    return [
      (at) => {
        const [before, after] = this.#besideStretch!.get(at) ?? [];
        return keyOf(side, { before: digest(before), after: digest(after) });
      },
      (unit) => keyOf(side, this.#besideUnit!.get(unit.address)),
    ];
  }

  #unitsBeside(): Map<string, Beside> {
    const live = this.#ground.base.filter((unit) => !unit.void && unit.order !== null);
    const sorted = live.sort((a, b) => a.order! - b.order!);
    const beside = besideEach(sorted, (unit) => unit.parentAddress);
    return new Map(
      [...beside].map(([unit, [before, after]]) => [
        unit.address,
        { before: before?.trimmedDigest ?? null, after: after?.trimmedDigest ?? null },
      ]),
    );
  }
}

function keyOf(side: Side, beside: Beside | undefined): string | null {
  if (beside === undefined) return null;
  if (side !== 'both') return beside[side];
  return beside.before === null || beside.after === null ? null : `${beside.before} ${beside.after}`;
}

/** What stands before and after each, among those of the same parent, in order. */
function besideEach<T, P>(
  inOrder: readonly T[],
  parentOf: (one: T) => P,
): Map<T, readonly [T | null, T | null]> {
  const beside = new Map<T, readonly [T | null, T | null]>();
  for (const siblings of Map.groupBy(inOrder, parentOf).values())
    for (const [place, one] of siblings.entries())
      beside.set(one, [siblings[place - 1] ?? null, siblings[place + 1] ?? null]);
  return beside;
}
