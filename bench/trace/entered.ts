/**
 * Notes which functions of `src` are entered, in order, with what they are given. Each function's source gets one call at
 * its start as Node loads it; nothing else of the program changes. Import this before any module of `src`.
 */
import { registerHooks } from 'node:module';
import { fileURLToPath } from 'node:url';
import { parseAst } from 'vite';

interface Entered {
  /** From the checkout's root. */
  readonly file: string;
  readonly name: string;
}

type Heard = (entered: Entered, given: readonly unknown[]) => void;

interface Node {
  readonly type: string;
  readonly start: number;
  readonly end: number;
  readonly [key: string]: unknown;
}

const SOURCES = new URL('../../src/', import.meta.url).href;
const FUNCTIONS = new Set(['FunctionDeclaration', 'FunctionExpression', 'ArrowFunctionExpression']);
const known: Entered[] = [];
let hear: Heard | null = null;

/** Hears of each entry until it is given null. */
export function listen(heard: Heard | null): void {
  hear = heard;
}

Object.assign(globalThis, {
  __entered: (at: number, ...given: unknown[]): void => hear?.(known[at] as Entered, given),
});

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
  const visit = (node: Node, name: string): void => {
    if (FUNCTIONS.has(node.type) && node['body'] != null)
      added.push(...callsIn(node, file, nameOf(node) ?? name));
    const own = nameOf(node) ?? name;
    for (const child of childrenOf(node)) visit(child, own);
  };
  visit(parseAst(text, { lang: 'ts' }, path) as unknown as Node, 'the module');
  return added
    .sort((a, b) => b.at - a.at)
    .reduce((whole, { at, part }) => whole.slice(0, at) + part + whole.slice(at), text);
}

function callsIn(node: Node, file: string, name: string): { at: number; part: string }[] {
  const at = known.push({ file, name }) - 1;
  const body = node['body'] as Node;
  const call = `globalThis.__entered(${[at, ...(node['params'] as Node[]).flatMap(namesIn)].join(', ')})`;
  if (body.type === 'BlockStatement') return [{ at: body.start + 1, part: `${call};` }];
  return [
    { at: body.start, part: `(${call}, ` },
    { at: body.end, part: ')' },
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
