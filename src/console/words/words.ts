/** The catalogue in the language that the browser asks for. */
import { en, type Words } from './en.ts';

const CATALOGUES: Readonly<Record<string, Words>> = { en };

export const language: string =
  navigator.languages.map((one) => one.slice(0, 2).toLowerCase()).find((one) => one in CATALOGUES) ?? 'en';

export const words: Words = CATALOGUES[language] ?? en;
