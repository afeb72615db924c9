import manifest from '../package.json' with { type: 'json' };

/** The version of the package, as the program and its pages name it. package.json alone says which. */
export const VERSION: string = manifest.version;

/** Names the software in every signature and decision. */
export const TOOL_REVISION = `cutter-ledger/${VERSION}`;
