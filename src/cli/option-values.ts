/**
 * Values of options and arguments as they are typed: a wrong one is a usage error, reported before anything is
 * done.
 */
import { InvalidArgumentError } from 'commander';
import { docCodeFault } from '../document/address.ts';
import { normalizeUuid } from '../proof/uuid.ts';
import { ClientFault, commandEndpoint } from './client/client.ts';
import { durationOf } from './terminal/duration.ts';

/** A parser for commander that hands on the text as it was typed, once `read` takes it. */
function checkedText(read: (text: string) => string | null) {
  return (text: string): string => {
    const fault = read(text);
    if (fault !== null) throw new InvalidArgumentError(fault);
    return text;
  };
}

/** The sentence of a ClientFault that `read` throws; null where it throws none. */
function faultIn(read: () => unknown): string | null {
  try {
    read();
    return null;
  } catch (error) {
    if (error instanceof ClientFault) return error.message;
    throw error;
  }
}

export const ledgerUrl = checkedText((text) => faultIn(() => commandEndpoint(text)));

export const httpUrl = checkedText((text) =>
  /^https?:\/\//.test(text) && URL.canParse(text) ? null : "It isn't a URL of the form https://host/path.",
);

export const durationOption = (option: string) =>
  checkedText((text) => faultIn(() => durationOf(text, option)));

export const uuidOption = checkedText((text) => (normalizeUuid(text) === null ? "It isn't a UUID." : null));

export const documentCode = checkedText((text) => {
  const fault = docCodeFault(text);
  return fault === null ? null : `It ${fault}.`;
});

export const keyId = checkedText((text) =>
  /^ed25519:[0-9a-f]{32}$/.test(text) ? null : 'A key is named "ed25519:" and 32 hexadecimal digits.',
);

export const filledText = (what: string) =>
  checkedText((text) => (text.trim() === '' ? `Name ${what}.` : null));
