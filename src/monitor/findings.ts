import type { MonitorFinding, MonitorVerdict } from './judges/finding.ts';

/** Findings and notices since the last drain. A notice reports what is no fault. */
export class MonitorFindings {
  readonly #found: MonitorFinding[] = [];
  readonly #notices: string[] = [];

  add(...found: readonly MonitorFinding[]): void {
    this.#found.push(...found);
  }

  report(verdict: MonitorVerdict, position: number, message: string, entryId: string | null = null): void {
    this.#found.push({ verdict, position, entryId, message });
  }

  notify(notice: string): void {
    this.#notices.push(notice);
  }

  drain(): readonly MonitorFinding[] {
    return this.#found.splice(0);
  }

  drainNotices(): readonly string[] {
    return this.#notices.splice(0);
  }
}
