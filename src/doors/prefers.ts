import type { IncomingMessage } from 'node:http';

/** Whether a browser asks: it names HTML, and doesn't say that it won't have it. Programs take anything, or JSON. */
export function prefersHtml({ headers: { accept = '' } }: IncomingMessage): boolean {
  return accept
    .toLowerCase()
    .split(',')
    .map((range) => range.split(';').map((part) => part.trim()))
    .some(
      ([media, ...parameters]) =>
        media === 'text/html' && !parameters.some((parameter) => /^q=0(\.0*)?$/.test(parameter)),
    );
}
