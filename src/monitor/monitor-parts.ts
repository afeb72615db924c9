import { CoveredInTime } from './covered-in-time.ts';
import type { MonitorOptions } from './followed-ledger.ts';
import { FollowedOrigin } from './followed-origin.ts';
import { EntryJudge } from './judges/entry-judge.ts';
import { KeyJudge } from './judges/key-judge.ts';
import { PassportJudge } from './judges/passport-judge.ts';
import { ProvedHeads } from './judges/proved-heads.ts';
import { ResumptionJudge } from './judges/resumption-judge.ts';
import { StreamJudge } from './judges/stream-judge.ts';
import { MONITOR_FORMAT, type MonitorState, savedMonitor, type UnreadRecord } from './saved-monitor.ts';

/** What a monitor consists of: one judge for each kind of promise, and what is still to be read. */
export interface MonitorParts {
  readonly stream: StreamJudge;
  readonly entries: EntryJudge;
  readonly keys: KeyJudge;
  readonly passports: PassportJudge;
  readonly resumptions: ResumptionJudge;
  readonly proved: ProvedHeads;
  readonly covered: CoveredInTime;
  readonly origin: FollowedOrigin;
  readonly unread: UnreadRecord[];
}

/** The parts of a new monitor, or of one that goes on from its saved state. */
export function monitorParts({ known, bounds, answers, state }: MonitorOptions): MonitorParts {
  const saved = state === undefined ? null : savedMonitor(state, known);
  const proved = (saved?.proved ?? []).map(({ size, root }) => ({ size, root: Buffer.from(root, 'base64') }));
  const keys = new KeyJudge(known, saved?.keys);
  return {
    keys,
    entries: new EntryJudge(bounds, saved?.entries),
    passports: new PassportJudge(saved?.passports),
    resumptions: new ResumptionJudge(saved?.resumptions),
    covered: new CoveredInTime(bounds.unsignedMs),
    proved: new ProvedHeads((from, to) => answers.consistencyProof(from, to), proved),
    origin: new FollowedOrigin(saved?.origin ?? known.origin),
    unread: saved?.unread ?? [],
    stream: new StreamJudge(
      { everyRecord: true, from: 'start', keys: keys.headKeys },
      saved?.stream ?? undefined,
    ),
  };
}

/** What a monitor needs to go on; `begun`: the origin in the keys file that it began with. */
export function monitorState(parts: MonitorParts, begun: string): MonitorState {
  return {
    format: MONITOR_FORMAT,
    begun,
    origin: parts.origin.present,
    stream: parts.stream.state(),
    entries: parts.entries.state(),
    keys: parts.keys.state(),
    passports: parts.passports.state(),
    resumptions: parts.resumptions.state(),
    unread: parts.unread,
    proved: parts.proved.heads.map(({ size, root }) => ({
      size,
      root: Buffer.from(root).toString('base64'),
    })),
  };
}
