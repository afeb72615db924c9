/**
 * How much one caller may ask for. Each number was chosen to let the largest real request pass (a statute of several
 * megabytes in base64, GraphiQL's introspection, a page of entries with everything under them) and to answer a hostile
 * one in milliseconds.
 */
export const LIMITS = {
  /** A request body, and a WebSocket message, of a caller who may register sources, and for that alone. */
  bodyBytes: 24 * 1024 * 1024,
  /** Of everybody else, and for everything else. */
  smallBodyBytes: 1024 * 1024,
  /** Nesting of JSON in a body: operations are shallow, findings may hold some structure. */
  jsonDepth: 64,
  /** Keys in a body; a cut specification in full has nine a span. */
  jsonKeys: 100_000,
  /** Keys in one object; many different ones make it slow to build. */
  jsonObjectKeys: 10_000,
  /** Members of objects and lists in a body. */
  jsonItems: 200_000,
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
  /** Sockets, and as many event streams; one principal may hold half of them. */
  sockets: 2_000,
  /** Subscriptions of one principal, over sockets and event streams together. */
  subscriptions: 2_000,
  /** Large bodies that one principal may send at a time. */
  largeBodies: 4,
  /** Calls of one principal: at once, and a second from then on. */
  callsAtOnce: 5_000,
  callsPerSecond: 1_000,
  /** Calls of one token that run at a time, and that wait behind them. */
  callsRunning: 32,
  callsWaiting: 2_000,
  /** Tokens of one address that didn't open: at once, and a second from then on. */
  failedTokens: 100,
  failedTokensPerSecond: 1,
  /** Proofs of which ledger this is, for one address: at once, and a second from then on. */
  proofsAtOnce: 1_000,
  proofsPerSecond: 100,
  /** Messages on one socket: at once, and a second from then on. */
  messagesAtOnce: 1_000,
  messagesPerSecond: 500,
  socketOperations: 100,
  /** Bytes waiting for a socket whose reader has paused; beyond it the socket is ended. */
  socketBacklogBytes: 64 * 1024 * 1024,
  /** How long a socket may take to introduce itself, between pings, and to answer one. */
  socketInitMs: 5_000,
  pingMs: 15_000,
  pongMs: 30_000,
  headersMs: 15_000,
  requestMs: 120_000,
  /** How long a connection without a request stays; balancers hold theirs for 60 s and expect the server to be last. */
  keepAliveMs: 75_000,
  /**
   * What is sent to us in pieces, or read by others, may be slow for so long, and must then go on at this pace.
   */
  slowMs: 20_000,
  bytesPerSecond: 8 * 1024,
  /** How long neither side may send on a connection while a request is under way. */
  silentMs: 120_000,
  /** How long the rest of a body may still come after the request was answered. */
  lingerMs: 5_000,
  /** How long a closing server waits for requests under way. */
  drainMs: 10_000,
} as const satisfies Record<string, number>;

/** The same names, with numbers that a deployment may choose. */
export type Limits = { readonly [Name in keyof typeof LIMITS]: number };
