/** Why a passport isn't believed: a sentence, and the place in the file. Only the verification throws it. */
export class PassportFault extends Error {
  override readonly name = 'PassportFault';
  /** The path to the place: members and indexes joined by dots; empty for the file as a whole. */
  readonly where: string;

  constructor(where: string, reason: string) {
    super(reason);
    this.where = where;
  }
}

/** Refuses unless something holds. The reason is a whole sentence. */
export function refuseUnless(holds: boolean, where: string, reason: string): asserts holds {
  if (!holds) throw new PassportFault(where, reason);
}
