/** What is wrong with a stream. */
export type StreamFault =
  /** Not a message, or one without what it must say. */
  | 'malformed'
  /** The first message of a connection is Ready or Reset, and neither comes again; CaughtUp comes once. */
  | 'out-of-order'
  | 'after-reset'
  | 'gap'
  | 'repeated'
  | 'reordered'
  | 'cursor-back'
  | 'other-incarnation'
  /** The log is shorter than it was. */
  | 'truncated'
  /** A heartbeat that names another position than the one reached. */
  | 'other-place'
  /** Both lanes have signed what the stream says isn't there. */
  | 'withheld'
  | 'not-cosigned'
  | 'lanes-swapped'
  /** A head of fewer positions than one seen before. */
  | 'old-head'
  /** A root that the records don't give, or two roots for one size. */
  | 'other-root'
  /** The rows that came aren't those of their record. */
  | 'other-rows'
  | 'silence';

/** Why nothing more of a stream is believed; the message is a sentence for people. */
export class StreamRefused extends Error {
  override readonly name = 'StreamRefused';
  readonly fault: StreamFault;

  constructor(fault: StreamFault, sentence: string) {
    super(sentence);
    this.fault = fault;
  }
}
