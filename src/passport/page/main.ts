import { judgeForPage, type PageVerdict } from './judge.ts';

/** The page: takes a passport and a file of keys, in any order, chosen or dropped, and shows the verdict. */

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
    if (file !== undefined) void takeFiles([file], kind);
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
  void takeFiles([...(event.dataTransfer?.files ?? [])], null);
});

/** A file of keys says so in its format. Everything else is taken for a passport. */
function kindOf(bytes: Uint8Array): Kind {
  try {
    const { format } = JSON.parse(new TextDecoder().decode(bytes)) as { format?: unknown };
    return String(format).startsWith('cutter-keys/') ? 'keys' : 'passport';
  } catch {
    return 'passport';
  }
}

/** Takes a chosen file for what it was chosen for, and a dropped one for what it is. */
async function takeFiles(files: readonly File[], kind: Kind | null): Promise<void> {
  turn += 1;
  for (const file of files) {
    let bytes: Uint8Array;
    try {
      bytes = new Uint8Array(await file.arrayBuffer());
    } catch {
      showUnreadable(`${file.name} can't be read.`);
      return;
    }
    const taken = kind ?? kindOf(bytes);
    // The sender of a passport could send keys with it.
    if (kind === null && taken === 'keys' && chosen.keys !== null && !isSame(chosen.keys.bytes, bytes)) {
      showUnreadable(
        `${file.name} holds other keys than ${chosen.keys.name}. Dropped files never replace keys. ` +
          'If you trust this file, choose it under “Public keys”.',
      );
      return;
    }
    chosen[taken] = { name: file.name, bytes };
    byId(`${taken}-name`).textContent = file.name;
  }
  await judgeChosen();
}

function isSame(one: Uint8Array, other: Uint8Array): boolean {
  return one.length === other.length && one.every((byte, at) => byte === other[at]);
}

function showUnreadable(reason: string): void {
  showWords('unreadable', 'Nothing could be checked', reason);
}

async function judgeChosen(): Promise<void> {
  const { passport, keys } = chosen;
  if (passport === null || keys === null) {
    showWords('waiting', passport === null ? 'Now choose the passport.' : 'Now choose the public keys.');
    return;
  }
  turn += 1;
  const own = turn;
  showWords('waiting', `Checking ${passport.name} …`);
  // The browser paints the words above first: a large passport takes a while.
  await new Promise((resolve) => setTimeout(resolve, 30));
  if (own === turn)
    showVerdict(judgeForPage(passport.bytes, new TextDecoder().decode(keys.bytes)), keys.name);
}

/** `by`: the file of keys. */
function showVerdict(judged: PageVerdict, by: string): void {
  switch (judged.verdict) {
    case 'refused':
      showWords('refused', 'Refused', judged.reason, [
        ['Where', judged.where === '' ? 'the file as a whole' : judged.where],
        ['Judged by', `${by}, the keys of ${judged.origin}`],
      ]);
      return;
    case 'unreadable':
      showUnreadable(judged.reason);
      return;
    default:
      showWords(
        judged.verdict,
        judged.verdict === 'good' ? 'Good' : 'Good, of a cut that failed',
        judged.sentence,
        [...judged.lines, ['Judged by', `${by}, the keys of ${judged.origin}`]],
      );
  }
}

function showWords(
  state: PageVerdict['verdict'] | 'waiting',
  title: string,
  sentence = '',
  lines: readonly (readonly [name: string, fact: string])[] = [],
): void {
  verdict.dataset['state'] = state;
  const list = document.createElement('dl');
  for (const [name, fact] of lines) list.append(elementOf('dt', name), elementOf('dd', fact));
  verdict.replaceChildren(
    elementOf('h2', title),
    ...(sentence === '' ? [] : [elementOf('p', sentence)]),
    ...(lines.length === 0 ? [] : [list]),
  );
}

function elementOf(name: string, text: string): HTMLElement {
  const made = document.createElement(name);
  made.textContent = text;
  return made;
}
