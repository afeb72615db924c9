/** The units and names of one place that are equal: the first has the plain address, the next ones `~2`, `~3`. */
import type { BaseUnit } from './base.ts';
import { skeletonOf } from './lookalike.ts';

export interface Group {
  /** The plain address. */
  readonly path: string;
  readonly units: BaseUnit[];
  /** The highest number that was ever used; 0 where none was. */
  used: number;
}

const NUMBERED = /~([1-9][0-9]{0,6})$/;

/** Names that look alike are equal, so that no two addresses of a document look alike. */
export class EqualGroups {
  readonly #groups = new Map<string, Group>();

  constructor(base: readonly BaseUnit[]) {
    for (const unit of base) {
      const path = unit.address.replace(NUMBERED, '');
      const number = Number(NUMBERED.exec(unit.address)?.[1] ?? 1);
      const slash = path.lastIndexOf('/');
      if (slash === -1) continue;
      const group = this.at(path.slice(0, slash), path.slice(slash + 1));
      group.units.push(unit);
      group.used = Math.max(group.used, number);
    }
  }

  /** The last part of an address without its number. */
  static nameOf(address: string): string {
    const path = address.replace(NUMBERED, '');
    return path.slice(path.lastIndexOf('/') + 1);
  }

  /** The group of a name below an address; `skeleton` is that of the name. */
  at(above: string, slug: string, skeleton = skeletonOf(slug)): Group {
    const key = `${above}/${skeleton}`;
    let group = this.#groups.get(key);
    if (group === undefined) {
      group = { path: `${above}/${slug}`, units: [], used: 0 };
      this.#groups.set(key, group);
    }
    return group;
  }

  /** The next address of a group that was never used. */
  next(group: Group): string {
    group.used += 1;
    return group.used === 1 ? group.path : `${group.path}~${group.used}`;
  }
}
