/** What GraphiQL's editors hold when it opens. */
import { QUERY_AUTHORITY, type QueryName } from '../../auth/query-authority.ts';
import { SAMPLE_PARTIES } from '../../auth/sample-parties.ts';
import type { Mode } from '../../law/values.ts';

export const PLACEHOLDER = 'PUT-A-TOKEN-HERE';

export const DEFAULT_HEADERS = `{
  "Authorization": "Bearer ${PLACEHOLDER}"
}`;

const COLUMNS = 52;

export function defaultQuery(mode: Mode): string {
  const tokens = mode === 'rehearsal' ? rehearsalTokens() : PRODUCTION_TOKENS;
  return `# Cutter, a governed ledger over GraphQL
#
# 1. Put a token into the Headers tab below. The docs
#    then load.
${tokens.map((line) => `#    ${line}`).join('\n')}
# 2. Press play (or Ctrl-Enter) and choose what to run.

query Look {
  whoAmI { name kind session { scopes } }
  documents(first: 3) {
    nodes {
      docCode title
      units(first: 3) { nodes { address text } }
    }
  }
  entries(first: 5) {
    edges {
      node { entryId kind status emittedAt }
    }
  }
}

# Follows the log: its history from the start, then live,
# until you press stop. The screen shows the newest 200
# messages, the newest first.
subscription Watch {
  history(after: "") {
    __typename
    ... on Ready { cursor }
    ... on HistoryEvent {
      position
      rows { changeKind entryVersionAfter changedAt }
    }
    ... on CaughtUp { cursor }
    ... on Reset { reason message }
  }
}
`;
}

const PRODUCTION_TOKENS = wrappedWords(
  'Ask the operator of this ledger for one. docs/how-to/production.md describes how the operator makes it.',
);

/** Which queries the sample observer may ask, by its scopes and by what each query needs. */
function rehearsalTokens(): readonly string[] {
  const { scopes } = SAMPLE_PARTIES.find(({ name }) => name === 'observer') ?? { scopes: [] };
  const held = new Set<string>(scopes);
  const refused = (Object.keys(QUERY_AUTHORITY) as QueryName[]).filter((name) => {
    const scope = QUERY_AUTHORITY[name];
    return scope !== null && !held.has(scope);
  });
  const others = SAMPLE_PARTIES.filter((party) => refused.every((name) => mayAsk(party.scopes, name)));
  return wrappedWords(
    `The first start wrote the tokens of ${SAMPLE_PARTIES.length} sample principals to tokens.json ` +
      `in the ledger's home. "observer" has the scopes ${scopes.join(', ')}: ` +
      'it reads entries, history and the other lists, and writes nothing. ' +
      `It may not ask for ${refused.join(', ')}, but ${others.map(({ name }) => name).join(', ')} may.`,
  );
}

function mayAsk(scopes: readonly string[], name: QueryName): boolean {
  const scope = QUERY_AUTHORITY[name];
  return scope === null || scopes.includes(scope);
}

function wrappedWords(text: string): readonly string[] {
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const last = lines.at(-1);
    if (last === undefined || last.length + 1 + word.length > COLUMNS) lines.push(word);
    else lines[lines.length - 1] = `${last} ${word}`;
  }
  return lines;
}
