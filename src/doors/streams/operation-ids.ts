/**
 * The ids by which one socket and its client call operations. The client may use an id again as soon as it has
 * ended an operation, while that one still winds up here; so each operation has a name of its own inside, and what
 * comes late of an ended one is dropped.
 */

/** How the protocol opens a frame of an operation, and the kinds after which the client may use the id again. */
const OPENING = /^\{"id":"(\d+)","type":"(next|error|complete)"/;

export class OperationIds {
  #last = 0;
  /** The name inside, by the client's id. */
  readonly #names = new Map<string, string>();
  /** The client's id, by the name inside. */
  readonly #ids = new Map<string, string>();

  /** The name of a new operation; null where another one has the id. */
  begin(id: string): string | null {
    if (this.#names.has(id)) return null;
    const name = String(++this.#last);
    this.#names.set(id, name);
    this.#ids.set(name, id);
    return name;
  }

  /** The name of the operation that the client ends; the id is free from now on. Null where none has it. */
  end(id: string): string | null {
    const name = this.#names.get(id) ?? null;
    if (name !== null) this.#forget(name, id);
    return name;
  }

  /** The frame with the client's id; null where the client has ended the operation. */
  outward(frame: string): string | null {
    const [opening, name, type] = OPENING.exec(frame) ?? [];
    if (opening === undefined || name === undefined) return frame;
    const id = this.#ids.get(name);
    if (id === undefined) return null;
    if (type !== 'next') this.#forget(name, id);
    return `{"id":${JSON.stringify(id)},"type":"${type}"${frame.slice(opening.length)}`;
  }

  #forget(name: string, id: string): void {
    this.#names.delete(id);
    this.#ids.delete(name);
  }
}

/** The message under another id. It is an object that has one already: of two members of one name, the last counts. */
export function withId(message: string, id: string): string {
  return `${message.slice(0, message.lastIndexOf('}'))},"id":"${id}"}`;
}
