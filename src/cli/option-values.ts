/**
 * Values of options and arguments as they are typed: a wrong one is a usage error, reported before anything is
 * done.
 */
import { InvalidArgumentError } from 'commander';
import { docCodeFault } from '../document/address.ts';
import { GRANULARITIES } from '../document/profile/schema.ts';
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

/** A month, `2026-09`. */
export const monthOption = checkedText((text) =>
  /^\d{4}-(0[1-9]|1[0-2])$/.test(text) ? null : "It isn't a month of the form 2026-09.",
);

export const timeOption = checkedText((text) =>
  /^\d{4}-\d{2}-\d{2}(T[\d:.]+(Z|[+-]\d{2}:\d{2}))?$/.test(text) && !Number.isNaN(Date.parse(text))
    ? null
    : "It isn't a day or a time of the form 2026-09-01 or 2026-09-01T12:00:00Z.",
);
/** A parser for an option that takes several values. */
const several =
  (read: (text: string) => string) =>
  (text: string, earlier: readonly string[] | undefined): readonly string[] => [
    ...(earlier ?? []),
    read(text),
  ];

export const uuidOption = checkedText((text) => (normalizeUuid(text) === null ? "It isn't a UUID." : null));

export const documentCode = checkedText((text) => {
  const fault = docCodeFault(text);
  return fault === null ? null : `It ${fault}.`;
});

export const uuidOptions = several(uuidOption);
export const documentCodes = several(documentCode);

export const digestOption = checkedText((text) =>
  /^sha256:[0-9a-f]{64}$/.test(text) ? null : 'A digest is "sha256:" and 64 hexadecimal digits.',
);

export const keyId = checkedText((text) =>
  /^ed25519:[0-9a-f]{32}$/.test(text) ? null : 'A key is named "ed25519:" and 32 hexadecimal digits.',
);

export const filledText = (what: string) =>
  checkedText((text) => (text.trim() === '' ? `Name ${what}.` : null));

export const filledFiles = several(filledText('the document'));

/** As they are typed. */
export const GRANULARITY_WORDS = GRANULARITIES.map((word) => word.toLowerCase());

/** A whole number from 1. */
export const countOption = (option: string) => (text: string) => {
  if (!/^[1-9]\d{0,8}$/.test(text)) throw new InvalidArgumentError(`${option} takes a whole number from 1.`);
  return Number(text);
};

/** A descriptor that the caller has opened. */
export const descriptorOption = (text: string) => {
  if (!/^\d{1,4}$/.test(text)) throw new InvalidArgumentError('A descriptor is a whole number from 0.');
  return Number(text);
};

/** A whole number from 0. */
export const secondsOption = (option: string) => (text: string) => {
  if (!/^\d{1,9}$/.test(text)) throw new InvalidArgumentError(`${option} takes a whole number of seconds.`);
  return Number(text);
};
