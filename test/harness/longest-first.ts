/** The order of files: those that take longest begin, so that no processor is left alone with one of them at the end. */
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** Files that take long for their size, by which Vitest orders what it hasn't run before. */
const LONG = [
  /\/test\/adversary\/(crash|docs|fsck-flips|one-law|storm)\./,
  /\/test\/boot\/start/,
  /\/test\/cli\/(key|run)/,
  /\/test\/fsck\/(log|rows|cli|scrub)/,
  /\/test\/log\/(setback\/incarnation|checkpoint\/witnesses)/,
  /\/test\/monitor\/monitor\./,
  /\/test\/(plans|upgrade)\./,
];

export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    const projects = [...new Set(sorted.map(({ project }) => project))];
    return projects.flatMap((project) => {
      const own = sorted.filter((file) => file.project === project);
      return [...own.filter(isLong), ...own.filter((file) => !isLong(file))];
    });
  }
}

const isLong = ({ moduleId }: TestSpecification): boolean => LONG.some((path) => path.test(moduleId));
