/**
 * `cutter rehearse`: the whole cycle of a document on a ledger made for this and thrown away, with what the real one
 * has of it. It ends with what an approval of the cut pins.
 */
import { RehearsalGap } from '../../boot/rehearsal/scratch.ts';
import type { Config } from '../../config.ts';
import type { RiskClass } from '../../law/values.ts';
import { normalizeUuid } from '../../proof/uuid.ts';
import { terminalText } from '../../text/plain.ts';
import { ClientFault } from '../client/client.ts';
import { Refused } from '../client/refused.ts';
import { findDatabase } from '../find-database.ts';
import { listenForSignals } from '../process-ends.ts';
import { type RunOptions, readDocument } from '../run-options.ts';
import { foldedText } from '../terminal/columns.ts';
import { faultSentence } from '../terminal/sentence.ts';
import { linePrinter } from '../terminal/terminal.ts';
import type { WalkDocument } from '../walk/walk-document.ts';
import type { Rehearsed } from './rehearsal-walk.ts';
import type { RehearsedSubject } from './rehearsed-subject.ts';

export interface RehearseOptions extends Pick<RunOptions, 'docCode' | 'profile' | 'granularity' | 'title'> {
  /** The risk class that its reviewers would give. */
  readonly risk: RiskClass;
  /** One JSON object at the end, and no lines before. */
  readonly json: boolean;
}

/** Resolves with the exit code: 0 where the cut was verified, 1 where it was refused or failed. */
export async function runRehearsal(
  fileOrEntry: string,
  options: RehearseOptions,
  config: Config,
  print: (line: string) => void = linePrinter(options.json),
): Promise<0 | 1> {
  try {
    const entryId = normalizeUuid(fileOrEntry);
    const document = entryId === null ? readDocument(fileOrEntry, { ...options, yes: true }) : null;
    const database = await findDatabase(config);
    try {
      const say = options.json ? () => {} : (line: string) => print(terminalText(line));
      const { subject, rehearsed } = await rehearseOn(database, { fileOrEntry, document, options, say });
      if (options.json) print(JSON.stringify(rehearsalJson(subject, rehearsed)));
      else for (const line of endLines(subject, rehearsed)) print(line);
      return rehearsed.status === 'verified_complete' ? 0 : 1;
    } finally {
      await database.close();
    }
  } catch (error) {
    const isKnown = error instanceof ClientFault || error instanceof Refused || error instanceof RehearsalGap;
    const said = isKnown ? (error as Error).message : faultSentence(error, config);
    process.stderr.write(`${foldedText(`cutter: ${terminalText(said)}`)}\n`);
    return 1;
  }
}

interface Task {
  readonly fileOrEntry: string;
  readonly document: WalkDocument | null;
  readonly options: RehearseOptions;
  readonly say: (line: string) => void;
}

async function rehearseOn(
  { ownerUrl, secrets }: Pick<Awaited<ReturnType<typeof findDatabase>>, 'ownerUrl' | 'secrets'>,
  { fileOrEntry, document, options, say }: Task,
): Promise<{ readonly subject: RehearsedSubject; readonly rehearsed: Rehearsed }> {
  // Loads the server, which a command that is refused doesn't need.
  const [{ refuseOtherVersion }, { subjectOfEntry, subjectOfFile }] = await Promise.all([
    import('../../database/migrate/migrate.ts'),
    import('./rehearsed-subject.ts'),
  ]);
  await refuseOtherVersion(ownerUrl);
  const subject =
    document === null ? await subjectOfEntry(ownerUrl, fileOrEntry) : await subjectOfFile(ownerUrl, document);
  say(
    `Rehearsing ${subject.isMarked ? 'entry' : 'what would be entry'} ${subject.entryId} of ${subject.docCode}.`,
  );
  const [{ withRehearsal }, { walkRehearsal }] = await Promise.all([
    import('../../boot/rehearsal/open-rehearsal.ts'),
    import('./rehearsal-walk.ts'),
  ]);
  const copied = { docCode: subject.docCode, entryId: subject.isMarked ? subject.entryId : null };
  const interruption = listenForSignals();
  try {
    // A signal is heard at once, and the process ends when the database is dropped.
    const ended = interruption.heard.then(() => {
      throw new ClientFault('The rehearsal was interrupted, and its database is dropped.');
    });
    ended.catch(() => {});
    const rehearsed = await withRehearsal({ ownerUrl, secrets, document: copied }, (rehearsal) =>
      Promise.race([ended, walkRehearsal({ rehearsal, subject, document, risk: options.risk, print: say })]),
    );
    return { subject, rehearsed };
  } finally {
    interruption.ignore();
  }
}

function endLines({ waitsFor }: RehearsedSubject, { pins, status, findings }: Rehearsed): readonly string[] {
  return [
    ...findings.map(
      ({ axis, message, unit }) => `  axis ${axis}${unit === null ? '' : `, ${unit}`}: ${message}`,
    ),
    ...(waitsFor === 0
      ? []
      : [
          `The entry waits for ${waitsFor} others, which a rehearsal leaves out: its cut comes after theirs.`,
        ]),
    status === 'verified_complete'
      ? 'The cut passes. Nothing was written to the ledger. An approval of this cut pins:'
      : `The cut ends ${status}. Nothing was written to the ledger. An approval of this cut would pin:`,
    `  manifest    ${pins.manifestDigest}`,
    `  source      ${pins.sourceDigest}`,
    `  units       ${pins.unitCount}`,
    `  effect      ${pins.effectDigest}`,
    `  target      ${pins.target}`,
    `  vocabulary  ${pins.vocabularyDigest}`,
    `  schema      ${pins.schemaDigest}`,
    `  writer      ${pins.writerDigest}`,
  ];
}

function rehearsalJson(
  { entryId, docCode, isMarked, waitsFor }: RehearsedSubject,
  { plan, pins, status, findings }: Rehearsed,
): object {
  const { actionCounts, problems } = plan;
  return {
    type: 'rehearsal',
    entryId,
    docCode,
    isMarked,
    status,
    pins,
    actionCounts,
    problems,
    findings,
    waitsFor,
  };
}
