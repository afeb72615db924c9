/**
 * A preset of GraphQL Codegen: the client preset with this API's scalars and the settings that suit it.
 *
 *     generates: { src/gql/: { preset: '@cutter-ledger/client/codegen' } }
 */
import { preset as clientPreset } from '@graphql-codegen/client-preset';

/** The types of the API's scalars in TypeScript. All but JSON travel as text. */
export const scalars = {
  UUID: 'string',
  DateTime: 'string',
  Digest: 'string',
  Position: 'string',
  Base64: 'string',
  JSON: 'unknown',
};

const config = {
  enumType: 'string-literal',
  useTypeImports: true,
  immutableTypes: true,
  strictScalars: true,
  scalars,
};

type Options = Parameters<typeof clientPreset.buildGeneratesSection>[0];

/** Codegen's preset: what a project sets itself goes before these settings. */
export const preset: typeof clientPreset = {
  ...clientPreset,
  buildGeneratesSection: (options: Options) =>
    clientPreset.buildGeneratesSection({
      ...options,
      presetConfig: { fragmentMasking: false, ...options.presetConfig },
      config: { ...config, ...options.config, scalars: { ...scalars, ...options.config?.['scalars'] } },
    }),
};
