/** Tags of answers that last (RFC 9110 §8.8.3). */
import { createHash } from 'node:crypto';
import { type AwaitedPath, isAwaiting } from '../../reading/lasting.ts';
import type { WholeAnswer } from './answer.ts';

/**
 * The answer with a tag, where all of it lasts. A browser may keep it for this token alone, and asks before each use:
 * a token that ended gets nothing. The tag is weak, as the same answer travels in several codings.
 */
export function withTag(answer: WholeAnswer, awaited: readonly AwaitedPath[] | null): WholeAnswer {
  if (awaited === null || answer.status !== 200) return answer;
  const { data, errors } = JSON.parse(String(answer.text)) as { data?: unknown; errors?: unknown };
  if (errors !== undefined || data == null || isAwaiting(data, awaited)) return answer;
  const digest = createHash('sha256').update(answer.text).digest('base64url');
  return {
    ...answer,
    headers: {
      ...answer.headers,
      etag: `W/"${digest}"`,
      'cache-control': 'private, no-cache',
      vary: 'authorization, accept',
    },
  };
}
