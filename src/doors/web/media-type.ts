/** What a caller accepts of an answer that is one JSON text. */

const JSON_TYPES = ['application/graphql-response+json', 'application/json'] as const;
export type JsonType = (typeof JSON_TYPES)[number];

/** The type that yoga would answer with; null where the caller accepts neither. */
export function jsonTypeFor(accept: string | undefined): JsonType | null {
  if (accept === undefined || accept === '') return 'application/json';
  let found: JsonType | null = null;
  const ranges = accept.replace(/\s/g, '').toLowerCase().split(',');
  // As there, the range that is named first wins, and of one with a star the last type that it means.
  for (const range of ranges.toReversed()) {
    const [media = '', ...parameters] = range.split(';');
    const charset = parameters.find((parameter) => parameter.includes('charset='));
    if (charset !== undefined && charset !== 'charset=utf-8') continue;
    for (const type of JSON_TYPES) if (isWithin(type, media)) found = type;
  }
  return found;
}

function isWithin(type: JsonType, range: string): boolean {
  const [main, sub] = range.split('/');
  const [ownMain, ownSub] = type.split('/');
  return (main === '*' || main === ownMain) && (sub === '*' || sub === ownSub);
}
