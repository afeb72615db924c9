import { nameOfWord } from '../../text/words.ts';
import { builder } from '../builder.ts';

/** By the name of an enum value, the word that the ledger stores. */
const stored = new Map<string, string>();

/**
 * An enum of words that the ledger stores. Each value is named as its word is, in upper case with `_`. A word that
 * no verb writes yet is left out, so that no client waits for it; the verb that writes it adds it.
 */
export function wordEnum<Word extends string>(
  name: string,
  description: string,
  said: Readonly<Record<Word, string>>,
) {
  const values = Object.entries<string>(said).map(([word, saidOfIt]) => {
    const value = nameOfWord(word);
    if ((stored.get(value) ?? word) !== word) throw new Error(`${value} would name two words.`);
    stored.set(value, word);
    return [value, { value: word, description: saidOfIt }];
  });
  return builder.enumType(name, {
    description,
    values: Object.fromEntries(values) as Record<string, { value: Word; description: string }>,
  });
}

/** The stored word of a value that a statement drew by its name; any other value as it is. */
export function wordOfName(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(wordOfName);
  return typeof value === 'string' ? (stored.get(value) ?? value) : value;
}
