import SchemaBuilder from '@pothos/core';
import RelayPlugin from '@pothos/plugin-relay';
import ValidationPlugin from '@pothos/plugin-validation';
import type { Context } from '../context.ts';

/** A scalar that travels as text both ways. */
interface Text {
  Input: string;
  Output: string;
}

/**
 * The one schema builder. Fields are non-null unless they say `nullable: true`; arguments are optional unless
 * `required`.
 */
export const builder = new SchemaBuilder<{
  Context: Context;
  DefaultFieldNullability: false;
  Scalars: {
    ID: Text;
    UUID: Text;
    DateTime: Text;
    Digest: Text;
    Position: Text;
    Base64: Text;
    JSON: { Input: unknown; Output: unknown };
  };
}>({
  plugins: [RelayPlugin, ValidationPlugin],
  // The query compiler answers `node` and `nodes`.
  relay: {
    nodeQueryOptions: false,
    nodesQueryOptions: false,
    idFieldOptions: { description: 'Opaque id, of which no other row of any type has the same.' },
    nodeTypeOptions: { description: 'A row with an id of its own, by which `node` gives it back.' },
  },
  defaultFieldNullability: false,
});
