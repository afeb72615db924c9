import type { Log } from '../../database/connection.ts';
import { isAway } from '../../database/outage.ts';
import { backoffMs, createWake, restUnless, type Wake } from '../../database/wake.ts';
import type { Checkpoint, Checkpoints } from './checkpoint.ts';
import type { Cosigner } from './checkpoint-cosigner.ts';
import type { CheckpointSink } from './checkpoint-sinks.ts';

export interface CheckpointPublisher {
  /** Ends after the note under way, and closes the sinks. */
  close(): Promise<void>;
}

export interface PublisherOptions {
  readonly checkpoints: Checkpoints;
  readonly sinks: readonly CheckpointSink[];
  /** The cosigners of this process: they say when a head may have become complete. */
  readonly cosigners: readonly Pick<Cosigner, 'onSigned'>[];
  readonly log: Log;
  readonly pollMs?: number;
  /** How often a note is offered before a sink counts as failing. */
  readonly attempts?: number;
}

const PAGE = 64;

type Known = Pick<Checkpoint, 'origin' | 'size'>;

/** Hands each published head to each sink, in order; a slow sink keeps no other waiting. */
export function startPublisher(options: PublisherOptions): CheckpointPublisher {
  const { checkpoints, sinks, cosigners, log, pollMs = 1000, attempts = 5 } = options;
  const closing = new AbortController();
  const wakes: Wake[] = [];

  async function offer(sink: CheckpointSink, checkpoint: Checkpoint): Promise<boolean> {
    for (let failures = 0; !closing.signal.aborted; ) {
      try {
        await sink.take(checkpoint.note, closing.signal);
        return true;
      } catch (error) {
        failures += 1;
        if (closing.signal.aborted) return false;
        if (failures >= attempts) {
          log.error(
            { err: error, sink: sink.name, size: checkpoint.size, alarm: 'CHECKPOINT_SINK_FAILED' },
            sink.keeps
              ? 'log: a sink took no checkpoint; it is offered again'
              : 'log: a sink took no checkpoint; the next one is offered when it is published',
          );
          return !sink.keeps;
        }
        await restUnless(closing.signal, backoffMs(failures));
      }
    }
    return false;
  }

  /** From where to begin: behind what the sink holds, or with the newest head. */
  async function beginning(sink: CheckpointSink): Promise<Known> {
    if (sink.holds !== null) return sink.holds;
    const latest = await checkpoints.latest();
    return latest === null ? { origin: '', size: 0 } : { origin: latest.origin, size: latest.size - 1 };
  }

  async function run(sink: CheckpointSink, wake: Wake): Promise<void> {
    let from: Known | null = null;
    while (!closing.signal.aborted) {
      try {
        from ??= await beginning(sink);
        const page: readonly Checkpoint[] = await checkpoints.after(from, PAGE);
        for (const checkpoint of page) {
          if (!(await offer(sink, checkpoint))) break;
          from = checkpoint;
        }
        if (page.length === PAGE && from.size === page.at(-1)?.size) continue;
      } catch (error) {
        if (!closing.signal.aborted)
          log[isAway(error) ? 'info' : 'warn']({ err: error }, 'log: published heads could not be read');
      }
      await wake.sleep(pollMs);
    }
    await sink.close();
  }

  const loops = sinks.map((sink) => {
    const wake = createWake();
    wakes.push(wake);
    return run(sink, wake);
  });
  const ring = (): void => {
    for (const wake of wakes) wake.ring();
  };
  const stops = cosigners.map((cosigner) => cosigner.onSigned(ring));
  return {
    async close() {
      closing.abort();
      for (const stop of stops) stop();
      ring();
      await Promise.all(loops);
    },
  };
}
