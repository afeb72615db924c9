/** The thread that compares words. */
import { serveTasks } from '../../threads/tasks.ts';
import { diffsOf, type TextPair } from './word-diffs.ts';

serveTasks((pairs: readonly TextPair[]) => diffsOf(pairs));
