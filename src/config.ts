/**
 * The only reader of `process.env`. Everything is parsed once, all faults are reported at once, and nothing else in the
 * program knows that environment variables exist.
 */
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { z } from 'zod';
import { type ReadOwnerUrl, readLoginsUrl, readOwnerUrl } from './database/owner-url.ts';
import { readProxies } from './doors/address.ts';
import { LIMITS, type Limits } from './doors/bounds/limits.ts';
import type { TrustedDocuments } from './doors/documents/documents.ts';
import { parseDocuments } from './doors/documents/documents-file.ts';
import { type HostNames, readAuthority, readOrigin } from './doors/hosts.ts';
import { GRAPHQL_PATH, isBasePath, pathUnder } from './doors/web/paths.ts';
import { EXECUTOR_LANE, type Lane, VERIFIER_LANE } from './law/values.ts';
import { parseWitnesses, type Witness } from './log/checkpoint/witness-list.ts';

const wholeNumber = (least: number, most: number) =>
  z
    .string()
    .refine((text) => /^\d+$/.test(text) && Number(text) >= least && Number(text) <= most, {
      error: `must be a whole number from ${least} to ${most}`,
    })
    .transform(Number);

const oneOf = <const Values extends readonly [string, ...string[]]>(values: Values) =>
  z.enum(values, { error: `must be one of ${values.join(', ')}` });

const databaseUrl = (read: (text: string) => ReadOwnerUrl) =>
  z.string().transform((text, context): string => {
    const { url, faults } = read(text);
    for (const message of faults) context.addIssue({ code: 'custom', message });
    return url ?? z.NEVER;
  });

const httpUrl = z.string().refine((text) => /^https?:\/\//.test(text) && URL.canParse(text), {
  error: 'must be a URL of the form http://host:4000',
});

/** Texts between commas, each of one form. */
const listOf = (isGood: (text: string) => boolean, form: string) =>
  z.string().transform((text, context): readonly string[] => {
    const items = text
      .split(',')
      .map((item) => item.trim())
      .filter((item) => item !== '');
    for (const item of items.filter((one) => !isGood(one)))
      context.addIssue({ code: 'custom', message: `"${item}" must be ${form}` });
    return items;
  });

const hostList = listOf(
  (text) => readAuthority(text) !== null,
  'a name or an address, for example ledger.example, 192.0.2.7:8080 or [2001:db8::7]',
);

const originList = listOf(
  (text) => readOrigin(text) !== null,
  'an exact origin without a path or a star, for example https://app.example',
);

const proxyList = listOf(
  (text) => readProxies([text]) !== null,
  'an address or a network, for example 10.0.0.7 or 10.0.0.0/8',
);

const basePath = z
  .string()
  .refine((text) => text === '/' || isBasePath(text.replace(/\/$/, '')), {
    error: 'must be a path of letters, digits, "-", "_" and ".", for example /ledger',
  })
  .transform((text) => (text === '/' ? null : text.replace(/\/$/, '')));

/** What a file holds, read here so that its faults are reported with all others. */
function fileOf<Held>(read: (text: string) => { readonly held: Held; readonly faults: readonly string[] }) {
  return z.string().transform((path, context): Held => {
    const refuse = (message: string) => context.addIssue({ code: 'custom', message });
    try {
      const { held, faults } = read(readFileSync(path, 'utf8'));
      for (const fault of faults) refuse(`${path}, ${fault}`);
      return held;
    } catch (error) {
      refuse(`${path} can't be read (${(error as NodeJS.ErrnoException).code})`);
      return z.NEVER;
    }
  });
}

const witnessList = fileOf((text) => {
  const { witnesses, faults } = parseWitnesses(text);
  return { held: witnesses, faults };
});

const documentList = fileOf((text) => {
  const { texts, faults } = parseDocuments(text);
  return { held: texts, faults };
});

const environment = z.object({
  CUTTER_PORT: wholeNumber(0, 65_535).default(4000),
  CUTTER_HOST: z.string().default('127.0.0.1'),
  CUTTER_HOME: z.string().default('.cutter'),
  CUTTER_DATABASE_URL: databaseUrl(readOwnerUrl).optional(),
  CUTTER_LOGINS_URL: databaseUrl(readLoginsUrl).optional(),
  CUTTER_URL: httpUrl.optional(),
  CUTTER_LEDGER_KEY: z
    .string()
    .regex(/^ed25519:[0-9a-f]{32}$/, 'must be "ed25519:" and 32 hexadecimal digits')
    .optional(),
  CUTTER_TOKEN_MARKER: z.string().optional(),
  CUTTER_TOKEN_REVIEWER: z.string().optional(),
  CUTTER_TOKEN_EXECUTOR: z.string().optional(),
  CUTTER_TOKEN_VERIFIER: z.string().optional(),
  CUTTER_TOKEN_ADMINISTRATOR: z.string().optional(),
  CUTTER_TOKEN_APPROVER: z.string().optional(),
  CUTTER_TOKEN_MONITOR: z.string().optional(),
  CUTTER_MONITOR_WEBHOOK: httpUrl.optional(),
  CUTTER_MODE: oneOf(['rehearsal', 'production']).default('rehearsal'),
  CUTTER_LANES: oneOf(['exec', 'verify', 'both']).default('both'),
  CUTTER_LOG_LEVEL: oneOf(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']).default('warn'),
  CUTTER_GRAPHIQL: oneOf(['on', 'off']).optional(),
  CUTTER_SAMPLE: oneOf(['on', 'off']).default('on'),
  CUTTER_HEARTBEAT_MS: wholeNumber(1_000, 600_000).default(15_000),
  CUTTER_CHECKPOINT_FILE: z.string().optional(),
  CUTTER_CHECKPOINT_URL: httpUrl.optional(),
  CUTTER_WITNESSES: witnessList.optional(),
  CUTTER_HOSTS: hostList.optional(),
  CUTTER_ORIGINS: originList.optional(),
  CUTTER_TRUSTED_PROXIES: proxyList.optional(),
  CUTTER_BASE_PATH: basePath.optional(),
  CUTTER_DOCUMENTS: documentList.optional(),
  CUTTER_DOCUMENTS_MODE: oneOf(['also', 'only']).optional(),
  CUTTER_KEEP_ALIVE_MS: wholeNumber(1_000, 3_600_000).default(LIMITS.keepAliveMs),
  CUTTER_MAX_BODY_BYTES: wholeNumber(1_024, 256 * 1024 * 1024).default(LIMITS.bodyBytes),
  CUTTER_MAX_SOCKETS: wholeNumber(1, 100_000).default(LIMITS.sockets),
  CUTTER_MAX_CALLS_PER_SECOND: wholeNumber(1, 1_000_000).default(LIMITS.callsPerSecond),
  CUTTER_MAX_FAILED_TOKENS: wholeNumber(1, 1_000_000).default(LIMITS.failedTokens),
  CUTTER_MAX_SUBSCRIPTIONS: wholeNumber(1, 1_000_000).default(LIMITS.subscriptions),
  CUTTER_MAX_SOCKET_OPERATIONS: wholeNumber(1, 10_000).default(LIMITS.socketOperations),
});

export interface Config {
  readonly port: number;
  readonly host: string;
  /** Absolute path of the data directory: embedded database, secrets, tokens. */
  readonly home: string;
  /** The owner's URL of an external PostgreSQL in the one form of `owner-url.ts`, or null for the embedded one. */
  readonly databaseUrl: string | null;
  /** The same database without its owner: a start signs in as the ledger's logins alone. At most one of both is set. */
  readonly loginsUrl: string | null;
  readonly mode: 'rehearsal' | 'production';
  /** The lanes that this process serves: it opens no login and holds no key of another. */
  readonly lanes: ReadonlySet<Lane>;
  readonly logLevel: string;
  readonly graphiql: boolean;
  /** Whether the first start takes a sample document through all phases. */
  readonly sample: boolean;
  readonly limits: Limits;
  /** Names that the server answers to in addition to this machine's own, and pages of other sites that may ask it. */
  readonly names: HostNames;
  /** Addresses and networks of proxies that are believed in what they say of callers. */
  readonly proxies: readonly string[];
  /** The path under which a proxy shows the server, `/ledger`; null where it is the whole site. */
  readonly basePath: string | null;
  /** Operations that callers may name by an id. */
  readonly documents: TrustedDocuments;
  /** The longest silence of a stream of history. */
  readonly heartbeatMs: number;
  /** Where published checkpoints are stored outside the database: appended to a file, posted to a URL. */
  readonly checkpoints: { readonly file: string | null; readonly url: string | null };
  /** Who is asked to cosign published checkpoints. */
  readonly witnesses: readonly Witness[];
  /** Where the command line finds the server, and as whom; null means the token in `home`. */
  readonly client: {
    /** The ledger that was named; null means this home's. */
    readonly url: string | null;
    /** Where this home's server listens by default. */
    readonly defaultUrl: string;
    /** The fingerprint of the named ledger's key. */
    readonly ledgerKey: string | null;
    readonly tokens: Readonly<Record<'marker' | 'reviewer' | 'executor' | 'verifier', string | null>>;
    /** As whom `cutter monitor` follows a ledger, where no file is named. */
    /** Of `cutter profile add` and `cutter vocabulary add`. */
    readonly administratorToken: string | null;
    /** Of `cutter approve`. */
    readonly approverToken: string | null;
    readonly monitorToken: string | null;
    /** Where it sends what it finds; in the environment, since the address may be a secret. */
    readonly monitorWebhook: string | null;
  };
}

/** Every fault of the environment, one a line. */
export class ConfigFault extends Error {
  constructor(faults: readonly string[]) {
    super(`the environment is not usable:\n${faults.map((fault) => `  ${fault}`).join('\n')}`);
    this.name = 'ConfigFault';
  }
}

/** Reads the configuration, or throws a ConfigFault that names every variable at fault. */
export function readConfig(env: Readonly<Record<string, string | undefined>>): Config {
  const set = Object.entries(env).filter(([name, value]) => name.startsWith('CUTTER_') && value !== '');
  const unknown = set.filter(([name]) => isUnknown(name)).map(([name]) => noSetting(name));
  const parsed = environment.safeParse(Object.fromEntries(set));
  const faults = parsed.success
    ? []
    : parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`);
  if (!parsed.success || unknown.length > 0) throw new ConfigFault([...faults, ...unknown]);
  refuseContradictions(parsed.data);
  return fromEnvironment(parsed.data);
}

function noSetting(name: string): string {
  const near = Object.keys(environment.shape).find((known) => isNear(known, name) || isNear(name, known));
  return `${name}: no such setting${near === undefined ? '' : `; there is ${near}`}`;
}

/** Whether a name has at most three other letters at its end. */
function isNear(name: string, other: string): boolean {
  return name.length > 'CUTTER_'.length + 6 && other.startsWith(name.slice(0, -3));
}

/** Settings that are good one by one, and not together. */
function refuseContradictions(env: z.infer<typeof environment>): void {
  if (env.CUTTER_DATABASE_URL !== undefined && env.CUTTER_LOGINS_URL !== undefined)
    throw new ConfigFault([
      'CUTTER_LOGINS_URL: CUTTER_DATABASE_URL names the database already, with its owner; set one of the two',
    ]);
  if (env.CUTTER_DOCUMENTS_MODE === undefined) return;
  if (env.CUTTER_DOCUMENTS === undefined)
    throw new ConfigFault(['CUTTER_DOCUMENTS_MODE: CUTTER_DOCUMENTS must name the file of the documents']);
  if (env.CUTTER_DOCUMENTS_MODE === 'only' && env.CUTTER_GRAPHIQL === 'on')
    throw new ConfigFault([
      'CUTTER_GRAPHIQL: "on" is of no use, because GraphiQL sends texts of its own and ' +
        'CUTTER_DOCUMENTS_MODE "only" refuses them; set one of the two otherwise',
    ]);
}

/**
 * A misspelt setting must not be ignored. What the tests and Kubernetes (for a service "cutter") set is not ours.
 */
function isUnknown(name: string): boolean {
  return !(name in environment.shape) && !/^CUTTER_(TEST|SERVICE|PORT)_/.test(name);
}

function fromEnvironment(env: z.infer<typeof environment>): Config {
  return {
    port: env.CUTTER_PORT,
    host: env.CUTTER_HOST,
    home: absolutePath('CUTTER_HOME', env.CUTTER_HOME),
    databaseUrl: env.CUTTER_DATABASE_URL ?? null,
    loginsUrl: env.CUTTER_LOGINS_URL ?? null,
    mode: env.CUTTER_MODE,
    lanes: new Set(LANES_NAMED[env.CUTTER_LANES]),
    logLevel: env.CUTTER_LOG_LEVEL,
    // Exploring is for development, and sends texts of its own.
    graphiql:
      env.CUTTER_GRAPHIQL === undefined
        ? env.CUTTER_MODE !== 'production' && env.CUTTER_DOCUMENTS_MODE !== 'only'
        : env.CUTTER_GRAPHIQL === 'on',
    sample: env.CUTTER_SAMPLE === 'on',
    heartbeatMs: env.CUTTER_HEARTBEAT_MS,
    checkpoints: {
      file: absolutePath(
        'CUTTER_CHECKPOINT_FILE',
        env.CUTTER_CHECKPOINT_FILE ?? join(env.CUTTER_HOME, 'checkpoints'),
      ),
      url: env.CUTTER_CHECKPOINT_URL ?? null,
    },
    witnesses: env.CUTTER_WITNESSES ?? [],
    names: { hosts: env.CUTTER_HOSTS ?? [], origins: env.CUTTER_ORIGINS ?? [] },
    proxies: env.CUTTER_TRUSTED_PROXIES ?? [],
    basePath: env.CUTTER_BASE_PATH ?? null,
    documents: { texts: env.CUTTER_DOCUMENTS ?? new Map(), only: env.CUTTER_DOCUMENTS_MODE === 'only' },
    limits: {
      ...LIMITS,
      callsPerSecond: env.CUTTER_MAX_CALLS_PER_SECOND,
      // A burst of some seconds' calls.
      callsAtOnce: env.CUTTER_MAX_CALLS_PER_SECOND * CALL_BURST_SECONDS,
      failedTokens: env.CUTTER_MAX_FAILED_TOKENS,
      subscriptions: env.CUTTER_MAX_SUBSCRIPTIONS,
      keepAliveMs: env.CUTTER_KEEP_ALIVE_MS,
      bodyBytes: env.CUTTER_MAX_BODY_BYTES,
      sockets: env.CUTTER_MAX_SOCKETS,
      socketOperations: env.CUTTER_MAX_SOCKET_OPERATIONS,
    },
    client: {
      url: env.CUTTER_URL ?? null,
      defaultUrl: `http://127.0.0.1:${env.CUTTER_PORT}${pathUnder(env.CUTTER_BASE_PATH ?? null, GRAPHQL_PATH)}`,
      ledgerKey: env.CUTTER_LEDGER_KEY ?? null,
      tokens: {
        marker: env.CUTTER_TOKEN_MARKER ?? null,
        reviewer: env.CUTTER_TOKEN_REVIEWER ?? null,
        executor: env.CUTTER_TOKEN_EXECUTOR ?? null,
        verifier: env.CUTTER_TOKEN_VERIFIER ?? null,
      },
      administratorToken: env.CUTTER_TOKEN_ADMINISTRATOR ?? null,
      approverToken: env.CUTTER_TOKEN_APPROVER ?? null,
      monitorToken: env.CUTTER_TOKEN_MONITOR ?? null,
      monitorWebhook: env.CUTTER_MONITOR_WEBHOOK ?? null,
    },
  };
}

/** The lanes of each word of CUTTER_LANES. */
export const LANES_NAMED = {
  exec: [EXECUTOR_LANE],
  verify: [VERIFIER_LANE],
  both: [EXECUTOR_LANE, VERIFIER_LANE],
} as const satisfies Record<string, readonly Lane[]>;

const CALL_BURST_SECONDS = LIMITS.callsAtOnce / LIMITS.callsPerSecond;

/** A relative path begins at the current folder, which somebody may have removed. */
function absolutePath(setting: string, path: string): string {
  try {
    return resolve(path);
  } catch {
    throw new ConfigFault([
      `${setting}: ${path} begins at the current folder, which doesn't exist any more; ` +
        'go to one that does, or name a whole path',
    ]);
  }
}

/** The configuration of this process; prints every fault and exits where there is one. */
export function loadConfig(): Config {
  try {
    return readConfig(process.env);
  } catch (fault) {
    if (!(fault instanceof ConfigFault)) throw fault;
    process.stderr.write(`cutter: ${fault.message}\n`);
    process.exit(78);
  }
}
