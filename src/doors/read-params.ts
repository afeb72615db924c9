/** Reads the parameters of an operation from an HTTP request: what kind of body it may have, and how large. */
import type { IncomingMessage } from 'node:http';
import type { Session } from '../auth/session.ts';
import type { Forwarded } from './address.ts';
import { type BodyBound, readBody, refuseAnnouncedBody } from './body.ts';
import type { Admission } from './bounds/admission.ts';
import type { Limits } from './bounds/limits.ts';
import type { Hosts } from './hosts.ts';
import { JsonScanner, parseScanned, readJson } from './json.ts';
import { LONG_TEXT_BYTES, type LongTexts } from './long-texts.ts';
import { DoorRefusal } from './refuse.ts';

interface BodyDeps {
  readonly admission: Admission;
  readonly longTexts: LongTexts;
  readonly limits: Limits;
  readonly hosts: Hosts;
}

/** A body up to this size is read before the token is looked up, so that a small call costs one look-up. */
const SMALL_BODY_BYTES = 64 * 1024;

/** Who sent a request, and the token that came with it. */
export interface Caller extends Forwarded {
  readonly authorization: string | undefined;
}

interface ReadParams {
  readonly body: unknown;
  /** Whether more came than anybody but a registrar may send. */
  readonly isLarge: boolean;
}

export async function readParams(
  deps: BodyDeps,
  request: IncomingMessage,
  url: URL,
  caller: Caller,
): Promise<ReadParams> {
  if (request.method !== 'POST' && request.method !== 'GET') {
    throw new DoorRefusal(405, 'METHOD_NOT_ALLOWED', 'Send GraphQL operations with POST or GET.', {
      allow: 'POST, GET',
    });
  }
  deps.hosts.refuseForeignOrigin(request, caller);
  if (request.method === 'POST') requireJson(request);
  deps.admission.refuseUnsaid(caller.address, caller.authorization);
  if (request.method === 'GET') return { body: paramsOfUrl(url, deps.limits), isLarge: false };
  return await readPosted(deps, request, caller);
}

/** How much may come follows the token. A small body needs no look-up of its own: a stranger may send as much. */
async function readPosted(deps: BodyDeps, request: IncomingMessage, caller: Caller): Promise<ReadParams> {
  const { admission, limits, longTexts } = deps;
  const announced = Number(request.headers['content-length']);
  const session =
    announced <= SMALL_BODY_BYTES ? null : await admission.identify(caller.address, caller.authorization);
  const bound = bodyBound(session, limits);
  refuseAnnouncedBody(request, bound);
  const mayBeLarge = bound.bytes > limits.smallBodyBytes && !(announced <= limits.smallBodyBytes);
  const giveBack = session !== null && mayBeLarge ? await admission.takeLargeBody(session) : () => {};
  try {
    const scanner = new JsonScanner(limits, 'The body', LONG_TEXT_BYTES);
    const bytes = await readBody(request, bound, limits, (piece) => scanner.write(piece));
    scanner.end();
    if (bytes.length <= limits.smallBodyBytes) return { body: parseScanned(bytes), isLarge: false };
    return { body: await longTexts.read(bytes, scanner.longTexts), isLarge: true };
  } finally {
    giveBack();
  }
}

function bodyBound(session: Session | null, { bodyBytes, smallBodyBytes }: Limits): BodyBound {
  if (bodyBytes <= smallBodyBytes || session?.scopes.has('source:register') === true)
    return { bytes: bodyBytes, message: `The body is larger than ${bodyBytes} bytes.` };
  const more = `A token with the scope source:register may send ${bodyBytes}, for registerSource alone.`;
  return { bytes: smallBodyBytes, message: `The body is larger than ${smallBodyBytes} bytes. ${more}` };
}

function requireJson(request: IncomingMessage): void {
  const parts = request.headers['content-type']?.split(';').map((part) => part.trim().toLowerCase());
  const [media, ...parameters] = parts ?? [];
  const charset = parameters.find((parameter) => parameter.startsWith('charset='));
  if (media === 'application/json' && (charset === undefined || /^charset="?utf-?8"?$/.test(charset))) return;
  throw new DoorRefusal(
    415,
    'UNSUPPORTED_MEDIA_TYPE',
    'Send the operation as application/json in UTF-8. Forms, multipart and plain text are not accepted.',
  );
}

function paramsOfUrl(url: URL, limits: Limits): Record<string, unknown> {
  const params: Record<string, unknown> = {};
  for (const [name, value] of url.searchParams) {
    const isJson = name === 'variables' || name === 'extensions';
    if (!isJson) params[name] = value;
    else if (value !== '') params[name] = readJson(Buffer.from(value), limits, `"${name}"`);
  }
  return params;
}
