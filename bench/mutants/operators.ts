/** Single faults that a programmer could make in a rule, found in its syntax tree. */
import { parseAst } from 'vite';

export interface Mutant {
  readonly file: string;
  readonly line: number;
  readonly kind: Kind;
  /** What is changed, as one line. */
  readonly what: string;
  readonly start: number;
  readonly end: number;
  readonly replacement: string;
}

const KINDS = [
  'guard dropped',
  'comparison turned',
  'condition negated',
  'boundary shifted',
  'part left out',
] as const;
type Kind = (typeof KINDS)[number];

interface Node {
  readonly type: string;
  readonly start: number;
  readonly end: number;
  readonly [key: string]: unknown;
}

type Fault = Pick<Mutant, 'kind' | 'start' | 'end' | 'replacement'>;

const TURNED: Readonly<Record<string, string>> = {
  '===': '!==',
  '!==': '===',
  '<': '<=',
  '<=': '<',
  '>': '>=',
  '>=': '>',
  '&&': '||',
  '||': '&&',
};
const QUANTIFIERS = new Map([
  ['some', 'every'],
  ['every', 'some'],
]);
/** Calls that stand alone and let only what is right pass. */
const GUARD = /^(refuse|assert|check|require|judge)/;

/** Every fault that can be made in this file, in the order of its text. */
export function mutantsIn(file: string, text: string): Mutant[] {
  const faults: Fault[] = [];
  walk(parseAst(text, { lang: 'ts' }, file) as unknown as Node, (node) =>
    faults.push(...faultsOf(node, text)),
  );
  return faults.map((fault) => {
    const line = text.slice(0, fault.start).split('\n').length;
    return { file, line, ...fault, what: changeOf(text, fault) };
  });
}

function walk(node: Node, visit: (node: Node) => void): void {
  // Types are the compiler's, not the rule's.
  if (node.type.startsWith('TS') && !/^TS(As|NonNull|Satisfies)/.test(node.type)) return;
  visit(node);
  for (const value of Object.values(node))
    for (const child of Array.isArray(value) ? value : [value])
      if (typeof (child as Node | null)?.type === 'string') walk(child as Node, visit);
}

function faultsOf(node: Node, text: string): Fault[] {
  switch (node.type) {
    case 'IfStatement':
      return isWayOut(node['consequent'] as Node)
        ? [replaced('guard dropped', node['test'] as Node, 'false')]
        : [replaced('condition negated', node['test'] as Node, `!(${sourceOf(node['test'] as Node, text)})`)];
    case 'ExpressionStatement':
      return isGuard(node['expression'] as Node, text) ? [replaced('guard dropped', node, ';')] : [];
    case 'BinaryExpression':
    case 'LogicalExpression':
      return turned(node, text);
    case 'UnaryExpression':
      return node['operator'] === '!'
        ? [replaced('condition negated', node, sourceOf(node['argument'] as Node, text))]
        : [];
    case 'MemberExpression':
      return quantified(node);
    case 'Literal':
      return shifted(node);
    case 'ObjectExpression':
      return leftOut(node['properties'] as Node[], text);
    case 'ArrayExpression':
      return leftOut(node['elements'] as Node[], text);
    default:
      return [];
  }
}

function replaced(kind: Kind, { start, end }: Pick<Node, 'start' | 'end'>, replacement: string): Fault {
  return { kind, start, end, replacement };
}

function sourceOf({ start, end }: Node, text: string): string {
  return text.slice(start, end);
}

/** Whether a branch leaves: it throws or returns, alone or as the last of a block. */
function isWayOut(node: Node): boolean {
  if (node.type === 'BlockStatement') return (node['body'] as Node[]).slice(-1).some(isWayOut);
  return (
    node.type === 'ThrowStatement' || node.type === 'ReturnStatement' || node.type === 'ContinueStatement'
  );
}

function isGuard(expression: Node, text: string): boolean {
  const call = expression.type === 'AwaitExpression' ? (expression['argument'] as Node) : expression;
  return call.type === 'CallExpression' && GUARD.test(sourceOf(call['callee'] as Node, text));
}

/** The operator alone is replaced, so that the fault is as small as it is told. */
function turned(node: Node, text: string): Fault[] {
  const operator = node['operator'] as string;
  const other = TURNED[operator];
  if (other === undefined) return [];
  const left = node['left'] as Node;
  const start = text.indexOf(operator, left.end);
  const kind = node.type === 'LogicalExpression' ? 'condition negated' : 'comparison turned';
  const fault = replaced(kind, { start, end: start + operator.length }, other);
  // `a && b || c` without brackets is no program.
  return node.type === 'LogicalExpression' && isMixed(node) ? [] : [fault];
}

function isMixed(node: Node): boolean {
  return ['left', 'right'].some((side) => (node[side] as Node).type === 'LogicalExpression');
}

function quantified(node: Node): Fault[] {
  const property = node['property'] as Node;
  const other = QUANTIFIERS.get(property['name'] as string);
  return other === undefined ? [] : [replaced('condition negated', property, other)];
}

function shifted(node: Node): Fault[] {
  const { value } = node as { value?: unknown };
  if (typeof value === 'boolean') return [replaced('condition negated', node, String(!value))];
  if (typeof value === 'number') return [replaced('boundary shifted', node, String(value + 1))];
  return [];
}

/** Each part of a list or of a row, with the comma after it. */
function leftOut(parts: readonly Node[], text: string): Fault[] {
  if (parts.length < 2) return [];
  return parts.map((part) => {
    const comma = /^\s*,/.exec(text.slice(part.end))?.[0].length ?? 0;
    return replaced('part left out', { start: part.start, end: part.end + comma }, '');
  });
}

function changeOf(text: string, { start, end, replacement }: Fault): string {
  const short = (part: string) => {
    const line = part.replace(/\s+/g, ' ').trim();
    return line.length > 70 ? `${line.slice(0, 67)}…` : line;
  };
  const gone = short(text.slice(start, end));
  if (replacement === '' || replacement === ';') return `without ${gone}`;
  // An operator alone says little.
  const around = gone.length > 4 ? gone : short(text.slice(Math.max(start - 30, 0), end + 30));
  return `${gone} → ${short(replacement)}${around === gone ? '' : ` in "${around}"`}`;
}
