/**
 * Notes which functions of `src` are entered from another file, in order, with what they are given. Each function's
 * source gets one call at its start as Node loads it. Nothing else of the program changes. Import this before any
 * module of `src`.
 *
 * These are no entries:
 * - A call from the same file. The caller is the next function of `src` on the stack: awaiting functions are on it,
 *   libraries between the two don't count.
 * - A return, and what a function does after it has awaited: the function began before.
 * - A call of a function that was made inside another one while the call is followed. It is the rest of what its maker
 *   was called for, and its maker's file has its entry.
 * - A call outside the request that is followed, such as the integrator's.
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import { registerHooks } from 'node:module';
import { fileURLToPath } from 'node:url';
import { parseAst } from 'vite';

interface Known {
  /** From the checkout's root. */
  readonly file: string;
  readonly name: string;
}

export interface Entered extends Known {
  readonly given: readonly unknown[];
}

/** One call of a function that was made at `run`; what is made in it is known by it. */
interface Activation {
  readonly run: object | null;
}

/** What is followed: from the first call of `first`, all that follows from it. */
export interface Followed {
  readonly first: Known;
  /** Hears of each entry. */
  hear(entered: Entered): void;
  /** Hears of each call, from whatever file. */
  hearCall?(entered: Entered): void;
}

interface Node {
  readonly type: string;
  readonly start: number;
  readonly end: number;
  readonly [key: string]: unknown;
}

const SOURCES = new URL('../../src/', import.meta.url).href;
const FUNCTIONS = new Set(['FunctionDeclaration', 'FunctionExpression', 'ArrowFunctionExpression']);
const LONGEST_STACK = 100;
const known: Known[] = [];
const requests = new AsyncLocalStorage<Followed>();
let awaited: Followed | null = null;

/** Follows the next call of `followed.first`. */
export function follow(followed: Followed): void {
  awaited = followed;
}

/** Does something that isn't heard of. */
export function unheard<T>(work: () => T): T {
  return requests.exit(work);
}

Object.assign(globalThis, { __entered: enter });

function enter(at: number, maker: Activation | null, ...given: unknown[]): Activation {
  const entered = { ...(known[at] as Known), given };
  const isFirst = awaited?.first.file === entered.file && awaited.first.name === entered.name;
  if (isFirst) {
    requests.enterWith(awaited as Followed);
    awaited = null;
  }
  const followed = requests.getStore() ?? null;
  if (followed === null) return { run: null };
  followed.hearCall?.(entered);
  if (maker?.run !== followed && (isFirst || callerOf() !== entered.file)) followed.hear(entered);
  return { run: followed };
}

/** The file of the function of `src` that called the one which was entered; null where a library's event did. */
function callerOf(): string | null {
  const { prepareStackTrace, stackTraceLimit } = Error;
  Error.stackTraceLimit = LONGEST_STACK;
  Error.prepareStackTrace = (_, sites) => sites;
  const sites = new Error().stack as unknown as NodeJS.CallSite[];
  Object.assign(Error, { prepareStackTrace, stackTraceLimit });
  // This function, `enter`, and the function that was entered.
  const file = sites
    .slice(3)
    .map((site) => site.getFileName())
    .find((name) => name?.startsWith(SOURCES));
  return file === undefined ? null : `src/${(file as string).slice(SOURCES.length)}`;
}

registerHooks({
  load(url, context, next) {
    const loaded = next(url, context);
    if (!url.startsWith(SOURCES) || !url.endsWith('.ts') || loaded.source == null) return loaded;
    const text =
      typeof loaded.source === 'string' ? loaded.source : new TextDecoder().decode(loaded.source as Buffer);
    return { ...loaded, source: noted(fileURLToPath(url), text) };
  },
});

/** The text with a call at the start of each function. */
function noted(path: string, text: string): string {
  const file = `src/${path.slice(fileURLToPath(SOURCES).length)}`;
  const added: { at: number; part: string }[] = [];
  const visit = (node: Node, name: string, depth: number): void => {
    const own = nameOf(node) ?? name;
    const body = FUNCTIONS.has(node.type) ? (node['body'] as Node | null) : null;
    if (body !== null) added.push(...callIn(text, node, { file, name: own }, depth));
    for (const child of childrenOf(node)) visit(child, own, child === body ? depth + 1 : depth);
  };
  visit(parseAst(text, { lang: 'ts' }, path) as unknown as Node, 'the module', 0);
  return added
    .sort((a, b) => b.at - a.at)
    .reduce((whole, { at, part }) => whole.slice(0, at) + part + whole.slice(at), text);
}

/** `depth`: how many functions are around this one. The innermost of them made it. */
function callIn(text: string, node: Node, own: Known, depth: number): { at: number; part: string }[] {
  const at = known.push(own) - 1;
  const body = node['body'] as Node;
  const maker = depth === 0 ? 'null' : `__made${depth}`;
  const given = (node['params'] as Node[]).flatMap(namesIn);
  const call = `const __made${depth + 1} = globalThis.__entered(${[at, maker, ...given].join(', ')});`;
  if (body.type === 'BlockStatement') return [{ at: body.start + 1, part: call }];
  // The arrow before the body, which may be in parentheses.
  const arrow = text.lastIndexOf('=>', body.start) + 2;
  return [
    { at: arrow, part: ` { ${call} return (` },
    { at: node.end, part: ') }' },
  ];
}

/** The names that a parameter binds. */
function namesIn(parameter: Node): string[] {
  switch (parameter.type) {
    case 'Identifier':
      return parameter['name'] === 'this' ? [] : [parameter['name'] as string];
    case 'AssignmentPattern':
      return namesIn(parameter['left'] as Node);
    case 'RestElement':
      return namesIn(parameter['argument'] as Node);
    case 'Property':
      return namesIn(parameter['value'] as Node);
    case 'ObjectPattern':
      return (parameter['properties'] as Node[]).flatMap(namesIn);
    case 'ArrayPattern':
      return (parameter['elements'] as (Node | null)[]).flatMap((element) =>
        element === null ? [] : namesIn(element),
      );
    default:
      return [];
  }
}

function nameOf(node: Node): string | null {
  const id = (node['id'] ?? node['key']) as { name?: unknown } | null | undefined;
  return typeof id?.name === 'string' ? id.name : null;
}

function childrenOf(node: Node): Node[] {
  const children = Object.values(node).flat() as (Node | null)[];
  return children.filter((child) => typeof child?.type === 'string') as Node[];
}
