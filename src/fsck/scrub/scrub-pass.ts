import type { FsckCoverage, FsckFinding } from '../finding.ts';

/** One pass over the whole log. */
export interface ScrubPass {
  readonly startedAt: string;
  /** Null until it has ended. */
  readonly finishedAt: string | null;
  /** Positions from 0 to before this one were checked. */
  readonly positions: number;
  readonly rows: number;
  readonly signatures: number;
  readonly cuts: number;
  readonly findings: readonly FsckFinding[];
}

export interface ScrubPasses {
  /** The newest pass that came to the log's end; null before the first one. */
  readonly lastPass: ScrubPass | null;
  readonly currentPass: ScrubPass | null;
}

/** Findings kept for readers. The server's own log has an alarm for every one. */
const KEPT = 100;

/** A pass that begins now. */
export function newPass(): ScrubPass {
  return {
    startedAt: new Date().toISOString(),
    finishedAt: null,
    positions: 0,
    rows: 0,
    signatures: 0,
    cuts: 0,
    findings: [],
  };
}

/** The pass after one more page. */
export function withPage(
  pass: ScrubPass,
  page: {
    next: number;
    findings: readonly FsckFinding[];
    coverage: Pick<FsckCoverage, 'rows' | 'signatures' | 'cuts'>;
  },
): ScrubPass {
  return {
    ...pass,
    positions: page.next,
    rows: pass.rows + page.coverage.rows,
    signatures: pass.signatures + page.coverage.signatures,
    cuts: pass.cuts + page.coverage.cuts,
    findings: [...pass.findings, ...page.findings].slice(0, KEPT),
  };
}
