import { type Judgement, judge } from './judge.ts';

/** The page: takes a passport and a file of keys, in any order and way, and shows what is to be thought of them. */

interface Chosen {
  readonly name: string;
  readonly bytes: Uint8Array;
}

const chosen: { passport: Chosen | null; keys: Chosen | null } = { passport: null, keys: null };
type Kind = keyof typeof chosen;

const byId = (id: string) => document.getElementById(id) as HTMLElement;
const inputs: Readonly<Record<Kind, HTMLInputElement>> = {
  passport: byId('passport') as HTMLInputElement,
  keys: byId('keys') as HTMLInputElement,
};
const verdict = byId('verdict');
let turn = 0;

for (const kind of ['passport', 'keys'] as const) {
  inputs[kind].addEventListener('change', () => {
    const file = inputs[kind].files?.[0];
    if (file !== undefined) void take([file], () => kind);
  });
}
document.addEventListener('dragover', (event) => {
  event.preventDefault();
  document.body.classList.add('dragging');
});
document.addEventListener('dragleave', (event) => {
  if (event.relatedTarget === null) document.body.classList.remove('dragging');
});
document.addEventListener('drop', (event) => {
  event.preventDefault();
  document.body.classList.remove('dragging');
  void take([...(event.dataTransfer?.files ?? [])], kindOf);
});

/** A file of keys says so in its first bytes or somewhere near them; everything else is taken for a passport. */
function kindOf(bytes: Uint8Array): Kind {
  return new TextDecoder().decode(bytes.subarray(0, 200_000)).includes('"cutter-keys/') ? 'keys' : 'passport';
}

async function take(files: readonly File[], kind: (bytes: Uint8Array) => Kind): Promise<void> {
  for (const file of files) {
    try {
      const bytes = new Uint8Array(await file.arrayBuffer());
      const taken = kind(bytes);
      chosen[taken] = { name: file.name, bytes };
      byId(`${taken}-name`).textContent = file.name;
    } catch {
      show({ verdict: 'unreadable', reason: `${file.name} can't be read.` });
      return;
    }
  }
  await look();
}

async function look(): Promise<void> {
  const { passport, keys } = chosen;
  if (passport === null || keys === null) {
    say('waiting', passport === null ? 'Now choose the passport.' : 'Now choose the public keys.');
    return;
  }
  turn += 1;
  const own = turn;
  say('waiting', `Checking ${passport.name} …`);
  // The words above are painted first: a large passport takes a while.
  await new Promise((resolve) => setTimeout(resolve, 30));
  if (own === turn) show(judge(passport.bytes, new TextDecoder().decode(keys.bytes)));
}

function show(judged: Judgement): void {
  switch (judged.verdict) {
    case 'refused':
      say('refused', 'Refused', judged.reason, [
        ['Where', judged.where === '' ? 'the file as a whole' : judged.where],
      ]);
      return;
    case 'unreadable':
      say('unreadable', 'Nothing could be checked', judged.reason);
      return;
    default:
      say(
        judged.verdict,
        judged.verdict === 'good' ? 'Good' : 'Good, of a cut that failed',
        judged.sentence,
        judged.lines,
      );
  }
}

function say(
  state: Judgement['verdict'] | 'waiting',
  title: string,
  sentence = '',
  lines: readonly (readonly [name: string, fact: string])[] = [],
): void {
  verdict.dataset['state'] = state;
  const list = document.createElement('dl');
  for (const [name, fact] of lines) list.append(element('dt', name), element('dd', fact));
  verdict.replaceChildren(
    element('h2', title),
    ...(sentence === '' ? [] : [element('p', sentence)]),
    ...(lines.length === 0 ? [] : [list]),
  );
}

function element(name: string, text: string): HTMLElement {
  const made = document.createElement(name);
  made.textContent = text;
  return made;
}
