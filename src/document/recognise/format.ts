/** What a format is called and how its text becomes Markdown: the words of a refusal. */
import type { DocumentProblem } from '../types.ts';

/** A format that is neither Markdown nor plain text. */
export interface Format {
  /** For programs; a problem's code is `content_` and this. */
  readonly code: string;
  /** With its article: "a PDF file". */
  readonly name: string;
  /** How to get Markdown from it, in whole sentences. */
  readonly wayOut: string;
}

const HEADINGS = 'Write its titles as Markdown headings ("## Title") and register that text.';

/** A command as part of a sentence. */
export const commandInText = (line: string): string => `\`${line}\``;

const pandocCommand = (extension: string): string =>
  commandInText(`pandoc FILE.${extension} -t gfm -o FILE.md`);
const inNewFormat = (extension: string, modern: string): string =>
  `Save it as .${modern}, for example: ${commandInText(`soffice --convert-to ${modern} FILE.${extension}`)}.`;

/** The ways out that several formats share. */
export const WAYS_OUT = {
  pandoc: (extension: string): string => `Convert it, for example: ${pandocCommand(extension)}.`,
  pdf:
    `Take the text out, for example: ${commandInText('pdftotext FILE.pdf FILE.txt')}. ` +
    `If it is a scan, run ${commandInText('ocrmypdf')} first. ${HEADINGS}`,
  export: `Export it as a Word file, then: ${pandocCommand('docx')}.`,
  office: (extension: string): string => `${inNewFormat(extension, 'docx')} Then: ${pandocCommand('docx')}.`,
  /** Sheets and slides. `modern`: what a format from before 2007 must be saved as first. */
  cells: (extension: string, modern: string | null = null): string => {
    const command = commandInText(`markitdown FILE.${modern ?? extension} > FILE.md`);
    const take = `Take the text out, for example: ${command}.`;
    return modern === null ? take : `${inNewFormat(extension, modern)} ${take}`;
  },
  image: `Recognise its text, for example: ${commandInText('tesseract FILE text')}. ${HEADINGS}`,
  recording: 'Write down what is said, and register that text as Markdown.',
  archive: 'Unpack it and register each document in it by itself.',
  noText: 'It holds no text to cut. Register the document itself as Markdown or plain text.',
  data: 'Register the text itself as Markdown. To show the data in a document, put it into a fence (```).',
  mail: 'Register the document that it carries: save the attachment, or copy the text without the header fields.',
} as const;

/** The problem that a source of this format has. */
export function problemOf({ code, name, wayOut }: Format): DocumentProblem {
  const message = `This is ${name}, not Markdown or plain text. ${wayOut}`;
  return { path: ['source', 'content'], code: `content_${code}`, message };
}
