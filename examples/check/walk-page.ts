/** Does on a page what a person would, and looks at what the page then shows. */
import type { Tab } from '../../test/harness/chromium.ts';
import type { Ledger } from './ledger.ts';
import type { Way } from './way.ts';

/** What a page has to show, as its name in the summary. */
export type Passed = (what: string) => void;

export async function walkPage(
  name: string,
  { tab, ledger, way, passed }: { tab: Tab; ledger: Ledger; way: Way; passed: Passed },
): Promise<void> {
  const shows = (entryId: string, status: string) =>
    tab.until(`document.querySelector('[data-entry="${entryId}"] .status')?.textContent === '${status}'`);
  const press = (entryId: string, act: string) =>
    tab.evaluate(`document.querySelector('[data-entry="${entryId}"] [data-act="${act}"]').click()`);
  const says = (part: string) =>
    tab.until(`document.querySelector('#said')?.textContent.includes(${JSON.stringify(part)}) === true`);
  const signIn = async (reviewer: string, executor: string) => {
    await tab.goto(`${way.origin}/${name}/`);
    await tab.until(`document.querySelector('#sign-in') !== null`);
    await tab.evaluate(`{
      const form = document.querySelector('#sign-in');
      form.reviewer.value = ${JSON.stringify(reviewer)};
      form.executor.value = ${JSON.stringify(executor)};
      form.requestSubmit();
    }`);
  };
  const token = (who: string) => ledger.tokens[who] as string;

  const first = await ledger.pending(`${name}-first`);
  await signIn(token('reviewer'), token('executor'));
  await shows(first, 'REVIEW_PENDING');
  passed('lists');

  const second = await ledger.pending(`${name}-second`);
  await shows(second, 'REVIEW_PENDING');
  passed('shows a live change');

  if ((await tab.evaluate(`document.querySelector('[data-act="look"]') !== null`)) === true) {
    await press(first, 'look');
    await says('CUT_REQUEST of ');
    await tab.until(`document.querySelector('[data-entry="${first}"] i').textContent === 'seen'`);
    passed('reads an entry by its id, and keeps what it knows of it itself');
  }

  await press(first, 'review');
  await shows(first, 'REVIEWED_APPROVED');
  passed('reviews');

  // What the page shows now comes from the answer to the cut alone: nothing is streamed, and no list is read.
  way.holdStreams();
  way.asked();
  way.loseAnswerTo('CutSuccess');
  await press(first, 'cut');
  await shows(first, 'CUT_APPLIED');
  await says('sent again under the same key');
  const asked = way.asked();
  const lists = asked.filter((text) => text.includes('entries('));
  if (lists.length > 0) throw new Error(`The list was read again: ${lists.join('\n')}`);
  const cuts = asked.filter((text) => text.includes('CutSuccess'));
  if (new Set(cuts).size !== 1 || cuts.length !== 2)
    throw new Error(`The cut was sent as ${cuts.join('\n')}`);
  if ((await ledger.cuts(first)).length !== 1) throw new Error('The entry was cut more than once.');
  passed('cuts, and resolves a lost answer under the same key');
  way.releaseStreams();

  const third = await ledger.pending(`${name}-third`);
  await shows(third, 'REVIEW_PENDING');
  passed('goes on with the stream where it broke');

  if ((await tab.evaluate(`document.querySelector('[data-act="oldest"]') !== null`)) === true) {
    await pageBothWays(tab);
    passed('pages in both directions');
  }

  await signIn(token('reviewer'), token('reviewer'));
  await shows(second, 'REVIEW_PENDING');
  await press(second, 'review');
  await shows(second, 'REVIEWED_APPROVED');
  await press(second, 'cut');
  await says('change:cut');
  passed('shows the message of a refusal');
}

/** From the newest page back, and from the oldest page on: each time rows are added on the side that was asked for. */
async function pageBothWays(tab: Tab): Promise<void> {
  const ROWS = `[...document.querySelectorAll('[data-entry]')].map((row) => row.dataset.entry)`;
  const rows = async () => (await tab.evaluate(ROWS)) as readonly string[];
  const pressFor = async (act: string, added: string) => {
    await tab.until(`document.querySelector('[data-act="${act}"]') !== null`);
    await tab.evaluate(`document.querySelector('[data-act="${act}"]').click()`);
    await tab.until(added);
  };
  const newest = await rows();
  await pressFor('earlier', `${ROWS}.length > ${newest.length}`);
  if ((await rows()).slice(-newest.length).join() !== newest.join())
    throw new Error('Earlier rows stand behind.');
  await pressFor('oldest', `!${ROWS}.includes('${newest.at(-1)}')`);
  const oldest = await rows();
  await pressFor('later', `${ROWS}.length > ${oldest.length}`);
  if ((await rows()).slice(0, oldest.length).join() !== oldest.join())
    throw new Error('Later rows stand in front.');
}
