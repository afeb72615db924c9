import type { Context } from '../context.ts';
import type { FilterableColumn, HistoryFilter } from '../log/feed/history-message.ts';
import { badInput } from '../reading/bad-input.ts';
import { checkValue, refuseReversed } from '../reading/bind.ts';
import { entryFilterOf } from '../reading/counters/entry-filter.ts';
import { entryTest } from '../reading/counters/entry-tests.ts';
import { asWritten } from '../reading/text-ids.ts';

type ColumnCodec = 'uuid' | 'text';

/** The filter of the API as it arrives: each name alone and with `In`; null sets no condition. */
export type HistoryFilterInput = Readonly<Record<string, unknown>>;

const COLUMNS: readonly (readonly [name: string, column: FilterableColumn, codec: ColumnCodec])[] = [
  ['historyId', 'history_id', 'uuid'],
  ['entryId', 'entry_id', 'uuid'],
  ['changeKind', 'change_kind', 'text'],
  ['entryVersionAfter', 'entry_version_after', 'text'],
  ['changedBy', 'changed_by', 'text'],
  ['entryKind', 'entry_kind', 'text'],
];
const MOST_VALUES = 200;

/** The filter that pages of history take, for rows that stream by; a GraphQLError names what is wrong with it. */
export function historyFilterOf(context: Context, input: HistoryFilterInput): HistoryFilter {
  const equal = COLUMNS.flatMap(([name, column, codec]) => {
    const single = input[name] ?? null;
    const several = (input[`${name}In`] ?? null) as unknown[] | null;
    return [
      ...(single === null ? [] : [{ column, values: valuesOf(name, codec, [single], filterPlace(name)) }]),
      ...(several === null
        ? []
        : [{ column, values: valuesOf(name, codec, several, filterPlace(`${name}In`)) }]),
    ];
  });
  const range = {
    changedAtFrom: timeOf(input, 'changedAtFrom'),
    changedAtUntil: timeOf(input, 'changedAtUntil'),
  };
  refuseReversed(range, 'history');
  return { equal, ...range, ...entriesAskedOf(context, input) };
}

/** What a row doesn't say of its entry is judged as a filter of entries is. */
const OF_ENTRIES = ['docCode', 'scenarioRef'] as const;

function entriesAskedOf(context: Context, input: HistoryFilterInput): Pick<HistoryFilter, 'entries'> {
  const asked = OF_ENTRIES.filter((name) => input[name] != null).map((name) => [name, input[name]] as const);
  if (asked.length === 0) return {};
  const filter = entryFilterOf(context, Object.fromEntries(asked), 'history');
  return { entries: entryTest(context, filter) };
}

function filterPlace(name: string): string {
  return `history(filter: {${name}:})`;
}

function valuesOf(field: string, codec: ColumnCodec, values: readonly unknown[], where: string): string[] {
  if (values.length > MOST_VALUES)
    throw badInput(where, `takes at most ${MOST_VALUES} values; ${values.length} were given.`);
  return values.map((value) => {
    const text = String(checkValue(codec, value, where));
    return codec === 'uuid' ? text.toLowerCase() : asWritten(field, text);
  });
}

/** An RFC 3339 time as the rows write theirs: UTC, six decimals. */
function timeOf(input: HistoryFilterInput, name: string): string | undefined {
  const value = input[name] ?? null;
  if (value === null) return undefined;
  const text = String(checkValue('time', value, filterPlace(name)));
  const [, second = '', fraction = '', zone = ''] = /^(.{19})(?:\.(\d+))?(.+)$/.exec(text) ?? [];
  const utc = new Date(`${second}${zone}`).toISOString().slice(0, 19);
  return `${utc}.${fraction.padEnd(6, '0')}Z`;
}
