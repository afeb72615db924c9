/** How the API names a stored word: `review:approve` is REVIEW_APPROVE, `DOT-991` is DOT_991. */
export function nameOfWord(word: string): string {
  return word.toUpperCase().replace(/[:-]/g, '_');
}

/** The same as SQL. */
export function nameOfWordSql(expression: string): string {
  return `translate(upper(${expression}), ':-', '__')`;
}

/** Of a list of words, as JSON in the order of the list. */
export function nameOfWordsSql(expression: string): string {
  const name = nameOfWordSql('w.word');
  return `(select coalesce(json_agg(${name} order by w.at), '[]') from unnest(${expression})
    with ordinality as w (word, at))`;
}
