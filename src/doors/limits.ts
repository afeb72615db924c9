/**
 * How much one caller may ask for. Each number was chosen to let the largest honest request pass (a statute of several
 * megabytes in base64, GraphiQL's introspection, a page of entries with everything under them) and to answer a hostile
 * one in milliseconds.
 */
export const LIMITS = {
  /** A request body, and a WebSocket frame. */
  bodyBytes: 24 * 1024 * 1024,
  /** Nesting of JSON in a body: operations are shallow, findings may hold some structure. */
  jsonDepth: 64,
  /** The text of an operation; content belongs in variables. */
  operationChars: 128 * 1024,
  /** Comments in an operation. */
  commentChars: 16 * 1024,
  tokens: 8_000,
  /** Brackets of any kind within each other: selections, lists and objects in literals, list types. */
  brackets: 64,
  directives: 50,
  /** Selections within each other, fragments unfolded. */
  depth: 32,
  /** Fields, fragments unfolded. */
  fields: 2_000,
  /** Fields under another name, fragments unfolded, and every `__typename` beyond one in a selection. */
  aliases: 100,
  /** Comparisons that validation would make between fields that answer the same name. */
  overlaps: 5_000,
  /** Fields at the root, fragments unfolded. */
  rootFields: 20,
  sockets: 2_000,
  socketOperations: 100,
  /** Bytes waiting for a socket whose reader has paused; beyond it the socket is ended. */
  socketBacklogBytes: 64 * 1024 * 1024,
  /** How long a socket may take to introduce itself, between pings, and to answer one. */
  socketInitMs: 5_000,
  pingMs: 15_000,
  pongMs: 30_000,
  headersMs: 15_000,
  requestMs: 120_000,
  /** How long a connection without a request stays; balancers keep theirs for 60 s and expect the server to be last. */
  keepAliveMs: 75_000,
  /** What is sent to us in pieces, or read by others, may be slow for so long, and then goes on at this pace at least. */
  slowMs: 20_000,
  bytesPerSecond: 8 * 1024,
  /** How long a connection may stand on which neither side sends, while a request is under way. */
  silentMs: 120_000,
  /** How long the rest of a body may still come after the request was answered. */
  lingerMs: 5_000,
  /** How long a closing server waits for requests under way. */
  drainMs: 10_000,
} as const satisfies Record<string, number>;

/** The same names, with numbers that a deployment may choose. */
export type Limits = { readonly [Name in keyof typeof LIMITS]: number };
