/** How far a ledger had come, wherever that is remembered outside of its database. */
export interface SeenPlace {
  readonly incarnation: string;
  /** Positions that there were. */
  readonly size: number;
  /** The root over them; null where only the place is known. */
  readonly root: Uint8Array | null;
  readonly where: string;
}

/**
 * What a process knows of how far the ledger had come: from heads that were kept, from what it read and wrote, from
 * cursors that the ledger issued. A database that has less was set back.
 */
export class Seen {
  /** The newest place of each incarnation, in the order in which these were met. */
  readonly #newest = new Map<string, SeenPlace>();

  note(place: SeenPlace): void {
    const known = this.#newest.get(place.incarnation);
    const further = known === undefined || place.size > known.size;
    if (further || (place.size === known.size && known.root === null))
      this.#newest.set(place.incarnation, place);
  }

  /**
   * What was seen beyond a database's head; null where it has everything. A later incarnation than its own counts
   * however long it was: the database doesn't know any more that it was resumed.
   */
  beyond(head: { readonly incarnation: string; readonly next: number }): SeenPlace | null {
    const own = this.#newest.get(head.incarnation);
    if (own === undefined) return null;
    const met = [...this.#newest.keys()];
    const later = met.slice(met.indexOf(head.incarnation) + 1).at(-1);
    if (later !== undefined) return this.#newest.get(later) as SeenPlace;
    return own.size > head.next ? own : null;
  }
}
