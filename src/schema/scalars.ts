import { GraphQLError, Kind, type ValueNode, valueFromASTUntyped, visit } from 'graphql';
import { keepsValue } from '../proof/decimal.ts';
import { builder } from './builder.ts';

/**
 * Any string passes: whether it is well formed is judged after authority, so that a stranger with bad input hears
 * Forbidden, and a caller hears a refusal that names the place.
 */
function parseText(name: string): (value: unknown) => string {
  return (value) => {
    if (typeof value === 'string') return value;
    throw new GraphQLError(`${name} is written as a string.`);
  };
}

/**
 * Whether the audit keeps what a caller sent as this scalar. A field that says otherwise has `extensions.audit` of its
 * own.
 */
export type Redaction = 'keep' | 'redact';

function textScalar(
  name: 'UUID' | 'DateTime' | 'Digest' | 'Position' | 'Base64',
  specifiedByURL: string,
  description: string,
  audit: Redaction,
): void {
  builder.scalarType(name, {
    description,
    specifiedByURL,
    extensions: { audit },
    serialize: (value) => value as string,
    parseValue: parseText(name),
  });
}

textScalar(
  'UUID',
  'https://www.rfc-editor.org/rfc/rfc9562',
  'An RFC 9562 UUID: 8-4-4-4-12 hexadecimal digits, lower case when read.',
  'keep',
);
textScalar(
  'DateTime',
  'https://www.rfc-editor.org/rfc/rfc3339',
  'An RFC 3339 time. Read, it is UTC with the microseconds of the database: `2026-03-01T09:30:00.000001Z`.',
  'keep',
);
textScalar(
  'Digest',
  'https://github.com/opencontainers/image-spec/blob/main/descriptor.md#digests',
  'A SHA-256 digest: `sha256:` and 64 lower-case hexadecimal digits.',
  'keep',
);
textScalar(
  'Position',
  'https://c2sp.org/tlog-checkpoint',
  'A place in the log, as a decimal string: dense, from "0".',
  'keep',
);
textScalar(
  'Base64',
  'https://www.rfc-editor.org/rfc/rfc4648#section-4',
  'Bytes in base 64 (RFC 4648 §4).',
  'redact',
);

/** A number that an operation writes out has to come back as it was written, like one in its variables. */
function refuseChangedNumbers(literal: ValueNode): void {
  const refuse = (node: ValueNode & { readonly value: string }) => {
    if (keepsValue(node.value)) return;
    throw new GraphQLError(
      `The number ${node.value.slice(0, 60)} can't be held by a double as it is written; send it as a string.`,
      { nodes: node },
    );
  };
  visit(literal, { [Kind.INT]: refuse, [Kind.FLOAT]: refuse });
}

builder.scalarType('JSON', {
  extensions: { audit: 'redact' satisfies Redaction },
  specifiedByURL: 'https://www.rfc-editor.org/rfc/rfc8259',
  description: 'Any JSON value. A number that a double would change is refused; send it as a string.',
  serialize: (value) => value,
  parseValue: (value) => value,
  parseLiteral(literal, variables) {
    refuseChangedNumbers(literal);
    return valueFromASTUntyped(literal, variables);
  },
});
