import type { Secrets } from '../../src/home/secrets.ts';
import type { Lane } from '../../src/law/values.ts';

/** The seed of a lane's key for statements; null where the home doesn't hold it. */
export function seedOf(secrets: Secrets, lane: Lane): Uint8Array | null {
  return bytesOf(secrets.seeds[lane]);
}

/** The seed of a lane's key for heads; null where the home doesn't hold it. */
export function checkpointSeedOf(secrets: Secrets, lane: Lane): Uint8Array | null {
  return bytesOf(secrets.checkpointSeeds[lane]);
}

function bytesOf(text: string | undefined): Uint8Array | null {
  return text === undefined ? null : new Uint8Array(Buffer.from(text, 'base64'));
}
