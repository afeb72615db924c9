import { signal } from '@preact/signals';
import { language } from '../words/words.ts';

/** Ages grow while a page is looked at. */
const now = signal(Date.now());
setInterval(() => {
  now.value = Date.now();
}, 10_000);

const STEPS = [
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60],
  ['second', 1],
] as const;

const WHEN = new Intl.DateTimeFormat(language, { dateStyle: 'medium', timeStyle: 'short' });
const CLOCK = new Intl.DateTimeFormat(language, { timeStyle: 'medium' });

export const whenOf = (time: string): string => WHEN.format(new Date(time));
export const clockOf = (time: Date): string => CLOCK.format(time);

/** How long ago, in its largest unit: "3 days". */
export function ageOf(time: string): string {
  const seconds = Math.max(1, Math.round((now.value - Date.parse(time)) / 1000));
  const [unit, length] = STEPS.find(([, least]) => seconds >= least) ?? STEPS[3];
  const format = new Intl.NumberFormat(language, { style: 'unit', unit, unitDisplay: 'long' });
  return format.format(Math.floor(seconds / length));
}

export function When({ time }: { readonly time: string }) {
  return <time dateTime={time}>{whenOf(time)}</time>;
}

export function Age({ since, text }: { readonly since: string; readonly text: (age: string) => string }) {
  return (
    <time dateTime={since} title={whenOf(since)}>
      {text(ageOf(since))}
    </time>
  );
}
