/**
 * `cutter plan FILE…`: how a profile would cut files, without a server and without a database. The same pure function
 * plans here and in a ledger.
 */
import { readFileSync } from 'node:fs';
import { setImmediate } from 'node:timers/promises';
import { planDocument } from '../document/plan.ts';
import { judgeProfile, profileTerms } from '../document/profile/judge.ts';
import { type DocumentProfile, GRANULARITIES } from '../document/profile/schema.ts';
import type {
  CutSpec,
  DocumentPlan,
  DocumentProblem,
  PlanRecord,
  VocabularyTerm,
} from '../document/types.ts';
import { BASE_VOCABULARY } from '../document/vocabulary.ts';
import { plainLine } from '../text/plain.ts';
import { ClientFault } from './client/client.ts';
import { fileBytes } from './client/file-bytes.ts';
import { whyUnreadable } from './client/tokens.ts';
import { profileIn } from './profile-file.ts';
import { countedWord } from './terminal/report.ts';
import { linePrinter } from './terminal/terminal.ts';
import { docCodeOf } from './walk/document-code.ts';

export interface PlanFilesOptions {
  /** A name, or a file that ends in `.json`. */
  readonly profile: string;
  /** In lower case, as it is typed. */
  readonly granularity?: string;
  /** One JSON object a file. */
  readonly json: boolean;
}

/** One file as `--json` prints it. Offsets are bytes of the file, half open. */
interface PlannedFile {
  readonly file: string;
  readonly profile: string;
  readonly units: readonly {
    readonly start: number;
    readonly end: number;
    readonly address: string;
    readonly label: readonly string[];
    readonly kind: string;
  }[];
  readonly excluded: readonly { readonly start: number; readonly end: number; readonly reason: string }[];
  readonly problems: readonly DocumentProblem[];
}

/** In bytes, as a ledger takes it. */
const LARGEST_DOCUMENT = 16 * 1024 * 1024;
const STANDARD_INPUT = '-';
/** What the document of standard input is called in its addresses. */
const NAMELESS = 'document';

/** 0 where every file has a plan without a problem, else 1. A warning is no problem in this sense. */
export async function planFiles(
  files: readonly string[],
  options: PlanFilesOptions,
  print: (line: string) => void = linePrinter(options.json),
): Promise<0 | 1> {
  const way = wayOf(options);
  let isGood = true;
  for (const file of files) {
    const planned = plannedFile(file, way);
    isGood &&= !planned.problems.some(isError);
    if (options.json) print(JSON.stringify(planned));
    else for (const line of summaryLines(planned)) print(line);
    // A reader that has gone is noticed between two files.
    await setImmediate();
  }
  return isGood ? 0 : 1;
}

const isError = ({ severity }: DocumentProblem): boolean => severity !== 'warning';

/** How the files are planned, or why they can't be. */
type Way = { readonly profile: string } & (
  | {
      readonly spec: CutSpec;
      readonly profiles: readonly DocumentProfile[];
      readonly vocabulary: readonly VocabularyTerm[];
    }
  | { readonly problems: readonly DocumentProblem[] }
);

function wayOf({ profile, granularity }: PlanFilesOptions): Way {
  const fineness = GRANULARITIES.find((each) => each.toLowerCase() === granularity);
  const fine = fineness === undefined ? {} : { granularity: fineness };
  if (!profile.endsWith('.json'))
    return { profile, spec: { profile, ...fine }, profiles: [], vocabulary: BASE_VOCABULARY };
  const judged = orFileProblem(() => judgeProfile(profileIn(profile)));
  if ('problems' in judged) return { profile, problems: judged.problems };
  const reference = `${judged.profile.name}@${judged.profile.version}`;
  return {
    profile: reference,
    spec: { profile: reference, ...fine },
    profiles: [judged.profile],
    // Nobody has registered its words yet.
    vocabulary: [...BASE_VOCABULARY, ...profileTerms(judged.profile)],
  };
}

/** What is made of a file, or the problem that it can't be read. */
function orFileProblem<T extends object>(
  make: () => T,
): T | { readonly problems: readonly DocumentProblem[] } {
  try {
    return make();
  } catch (error) {
    if (!(error instanceof ClientFault)) throw error;
    return { problems: [{ path: ['file'], code: 'file_refused', message: error.message }] };
  }
}

function plannedFile(file: string, way: Way): PlannedFile {
  const made = 'problems' in way ? way : orFileProblem(() => ({ plan: planOf(file, way) }));
  if ('plan' in made) return shownPlan(file, way.profile, made.plan);
  const problems = made.problems.map((problem) => ({ ...problem, severity: 'error' as const }));
  return { file, profile: way.profile, units: [], excluded: [], problems };
}

function planOf(file: string, way: Exclude<Way, { readonly problems: unknown }>): DocumentPlan {
  const bytes = documentBytes(file);
  const docCode = file === STANDARD_INPUT ? NAMELESS : docCodeOf(file);
  return planDocument({ bytes, docCode, ...way });
}

function shownPlan(file: string, profile: string, plan: DocumentPlan): PlannedFile {
  const { name, version } = plan.profile;
  return {
    file,
    profile: name === null ? profile : `${name}@${version}`,
    units: plan.records.filter(({ role }) => role !== 'excluded').map(shownUnit),
    excluded: plan.records.flatMap(({ start, end, excludedBecause: reason }) =>
      reason === null ? [] : [{ start, end, reason }],
    ),
    problems: [...plan.problems, ...(plan.foreign === null ? [] : [plan.foreign]), ...plan.warnings].map(
      (problem) => ({ ...problem, severity: problem.severity ?? 'error' }),
    ),
  };
}

function documentBytes(file: string): Buffer {
  if (file !== STANDARD_INPUT) return fileBytes(file, 'a document', LARGEST_DOCUMENT);
  let bytes: Buffer;
  try {
    bytes = readFileSync(process.stdin.fd);
  } catch (error) {
    throw new ClientFault(`Standard input can't be read: ${whyUnreadable(error)}.`);
  }
  if (bytes.length <= LARGEST_DOCUMENT) return bytes;
  throw new ClientFault(
    `Standard input has ${bytes.length} bytes; a document has at most ${LARGEST_DOCUMENT}.`,
  );
}

function shownUnit({ start, end, address, label, kind }: PlanRecord) {
  return { start, end, address: address as string, label, kind };
}

function summaryLines({ file, profile, units, excluded, problems }: PlannedFile): readonly string[] {
  const kinds = Map.groupBy(units, ({ kind }) => kind);
  const counts = [...kinds].map(([kind, { length }]) => `${length.toLocaleString('en')} ${kind}`);
  const bytes = excluded.reduce((sum, { start, end }) => sum + end - start, 0);
  const by = counts.length === 0 ? profile : `${profile} (${counts.join(', ')})`;
  const aside = `${bytes.toLocaleString('en')} bytes set aside`;
  return [
    plainLine(`${file}: ${countedWord(units.length, 'unit')} by ${by}, ${aside}`),
    ...problems.map((problem) => `  ${plainLine(problemText(problem))}`),
  ];
}

function problemText({ path, code, message, severity }: DocumentProblem): string {
  return `${severity === 'warning' ? 'warning' : 'problem'} at ${path.join('.')}: ${message} (${code})`;
}
