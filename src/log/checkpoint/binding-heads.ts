/** The heads that bind a lane, and whether a database still has what they cover. */
import type { PublicLaneKey } from '../../law/keys.ts';
import { judgeResumption, type Resumption } from '../../law/resume-statement.ts';
import type { Lane } from '../../law/values.ts';
import { checkpointText, incarnationOf, originOf, type TreeHead } from '../../proof/checkpoint.ts';
import { verifySignature } from '../../proof/ed25519.ts';
import { CosigningRefused, DatabaseSetBack } from './cosign-faults.ts';
import type { CosignLook, SaidResumption } from './cosign-look.ts';

/** A head that binds this lane, wherever it is remembered. */
export type KnownHead = TreeHead & { readonly where: string };

/** The newest head in this lane's name, if its signature is this lane's. */
export function lastSigned(look: CosignLook, lane: Lane): KnownHead | null {
  if (look.last_size === null || look.last_root === null || look.last_origin === null) return null;
  const head = { origin: look.last_origin, size: Number(look.last_size), root: look.last_root };
  const signed =
    look.last_public_key !== null &&
    look.last_signature !== null &&
    verifySignature(look.last_public_key, Buffer.from(checkpointText(head)), look.last_signature).ok;
  if (!signed) {
    throw new CosigningRefused(
      `The head of ${head.size} leaves in the name of ${lane} doesn't have this lane's signature: it was altered.`,
    );
  }
  return { ...head, where: `what ${lane} signed last` };
}

/**
 * The resumptions that both lanes have signed: a row alone ends nothing. The lane's own signature counts only under a
 * key that this process knows for the lane's own, so that a registry with other keys can't speak for it.
 */
export function acceptedResumptions(
  said: readonly SaidResumption[],
  lane: Lane,
  own: readonly PublicLaneKey[],
): readonly Resumption[] {
  return [...new Set(said.map(({ incarnation }) => incarnation))].flatMap((incarnation) => {
    const rows = said.filter((row) => row.incarnation === incarnation);
    const keyOf = (keyId: string, of: Lane) => {
      if (of === lane) return own.find((key) => key.keyId === keyId)?.publicKey ?? null;
      const key = rows.find((row) => row.keyId === keyId && row.keyLane === of)?.publicKey;
      return key === undefined ? null : Buffer.from(key, 'base64');
    };
    const judged = judgeResumption(
      rows.map(({ envelope }) => envelope),
      keyOf,
      verifySignature,
    );
    const isSound =
      typeof judged !== 'string' &&
      judged.previous === incarnation &&
      rows.every(({ next }) => next === judged.incarnation);
    return isSound ? [judged] : [];
  });
}

/**
 * The remembered heads that bind: those of the present incarnation, and those of earlier ones up to where both lanes
 * ended them. A head of a later incarnation says that the present one was ended, too.
 */
export function bindingHeads(
  look: CosignLook,
  accepted: readonly Resumption[],
  remembered: readonly KnownHead[],
): readonly KnownHead[] {
  const origin = originOf(look.incarnation);
  const endOf = (head: KnownHead) =>
    accepted.find(({ previous }) => previous === incarnationOf(head.origin))?.position;
  const newest = remembered.findLast((head) => endOf(head) === undefined);
  // What was accepted binds, and so does what was remembered of it.
  const past = remembered.filter((head) => head.size <= (endOf(head) ?? -1));
  const roots = accepted
    .filter(({ position }) => position > 0)
    .map(
      ({ previous, position, root }): KnownHead => ({
        origin: originOf(previous),
        size: position,
        root,
        where: 'what both lanes accepted',
      }),
    );
  if (newest === undefined || newest.origin === origin)
    return [...past, ...roots, ...remembered.filter((head) => head.origin === origin)];
  const message = `${newest.where} holds heads of ${newest.origin}, and the database is of ${origin}`;
  if (!remembered.some((head) => head.origin === origin))
    throw new CosigningRefused(`${message}: it is another ledger.`);
  throw new DatabaseSetBack(`${message}, which came before: it was set back.`, look.incarnation, {
    ...newest,
    incarnation: incarnationOf(newest.origin),
  });
}

/**
 * What was signed once must still be there. If the log is shorter than what is remembered outside the database, the
 * database was set back. If the tree is shorter than what was signed, or a signature is missing, somebody altered it.
 */
export function refuseShrunk(
  look: CosignLook,
  last: KnownHead | null,
  remembered: readonly KnownHead[],
): void {
  const { incarnation } = look;
  const setBack = remembered.find(({ size }) => size > Number(look.next));
  if (setBack !== undefined && (last === null || last.size <= Number(look.next)))
    throw new DatabaseSetBack(
      `The log ends before position ${look.next}, and ${setBack.where} says ${setBack.size}: the ` +
        'database was set back.',
      incarnation,
      { ...setBack, incarnation },
    );
  const forgotten = remembered.find(
    ({ origin, size }) => origin === originOf(incarnation) && (last === null || last.size < size),
  );
  if (forgotten !== undefined)
    throw new CosigningRefused(
      `${forgotten.where} says ${forgotten.size} leaves, and the newest signature of this lane in the database is ` +
        `${last === null ? 'none' : `over ${last.size}`}: the database was set back.`,
    );
  const shrunk = [...(last === null ? [] : [last]), ...remembered].find(
    (head) => head.size > Number(look.size),
  );
  if (shrunk !== undefined)
    throw new CosigningRefused(
      `The tree has ${look.size} leaves, and ${shrunk.where} says ${shrunk.size}: the end of the log is gone.`,
    );
}
