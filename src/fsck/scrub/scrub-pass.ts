import type { FsckCoverage, FsckFinding } from '../finding.ts';

/** One way through the whole log. */
export interface ScrubPass {
  readonly startedAt: string;
  /** Null while it is under way. */
  readonly finishedAt: string | null;
  /** Positions from 0 to before this one were looked at. */
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

/** Findings kept for readers; the alarms in the log are all of them. */
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
