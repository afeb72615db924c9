import { restUnless } from '../../database/wake.ts';
import type { Followers } from './followers.ts';
import type { OutageReport } from './outage-report.ts';
import { RESETS } from './resets.ts';
import { withDeadline } from './shared-read.ts';
import type { FollowedToken } from './subscription.ts';

/** Those of these tokens that have ended, have lost one of their scopes, or are narrowed otherwise now. */
export type AuthorityEnded = (tokens: readonly FollowedToken[]) => Promise<ReadonlySet<FollowedToken>>;

interface AuthorityWatchOptions {
  readonly followers: Followers;
  readonly authorityEnded: AuthorityEnded;
  /** When the feed last heard from the database (ms). */
  readonly readAt: () => number;
  readonly outage: OutageReport;
  readonly closing: AbortSignal;
  readonly authorityMs: number;
  readonly lostAfterMs: number;
}

/**
 * Ends the streams of tokens that ended, and all streams while it can't be known which have, or what is new in the log.
 * One question for all, and none while there is no stream.
 */
export async function watchAuthority(options: AuthorityWatchOptions): Promise<void> {
  const { followers, authorityEnded, readAt, outage, closing, authorityMs, lostAfterMs } = options;
  let judgedAt = Date.now();

  async function judgeTokens(): Promise<void> {
    const tokens = followers.tokens();
    const ended = tokens.length === 0 ? null : await withDeadline(authorityEnded(tokens), lostAfterMs);
    judgedAt = Date.now();
    if (ended !== null) followers.endOf(ended, RESETS.authority);
  }

  while (!closing.aborted) {
    try {
      await judgeTokens();
    } catch (error) {
      outage.report(error, 'log: the feed could not ask which tokens are still valid');
    }
    const longestSilence = Date.now() - Math.min(readAt(), judgedAt);
    if (longestSilence > lostAfterMs) followers.endAll(RESETS.lost);
    await restUnless(closing, authorityMs);
  }
}
