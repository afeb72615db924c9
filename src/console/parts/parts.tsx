/** Small things that several pages show. */
import type { ComponentChildren } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import type { ConsoleProblemFragment, EntryStatus } from '../generated/graphql.ts';
import { words } from '../words/words.ts';
import type { Loaded } from './load.ts';

/** The heading of a page: it gets the focus when the page comes, so that a reader hears where they are. */
export function PageTitle({ children }: { readonly children: string }) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => heading.current?.focus(), []);
  useEffect(() => {
    document.title = `${children} · ${words.product}`;
  }, [children]);
  return (
    <h1 tabIndex={-1} ref={heading}>
      {children}
    </h1>
  );
}

export function StatusBadge({ status }: { readonly status: EntryStatus }) {
  return <span class={`badge ${status.toLowerCase()}`}>{words.status[status]}</span>;
}

interface Named {
  readonly name: string;
  readonly personName: string;
}

/** The person, and in which part where that has another name. */
export function nameOf(named: Named | null | undefined): string {
  if (named === null || named === undefined) return words.nobody;
  return named.personName === named.name ? named.name : `${named.personName} (${named.name})`;
}

export function Problems({ problems }: { readonly problems: readonly ConsoleProblemFragment[] }) {
  return (
    <ul class="problems">
      {problems.map((problem) => (
        <li
          key={`${problem.code} ${problem.path.join('.')} ${problem.message}`}
          class={problem.severity.toLowerCase()}
        >
          {problem.message}
        </li>
      ))}
    </ul>
  );
}

/** What was loaded, or why it wasn't. A fault beside an older value leaves that in sight. */
export function LoadedPart<Value>(props: {
  readonly loaded: Loaded<Value>;
  readonly children: (value: Value) => ComponentChildren;
}) {
  const { value, fault, isLoading, reload } = props.loaded;
  return (
    <>
      {fault !== null && (
        <div class="notice bad" role="alert">
          <p>{fault.message}</p>
          <button type="button" onClick={reload}>
            {words.again}
          </button>
        </div>
      )}
      {value !== null ? props.children(value) : isLoading && <p class="soft">{words.loading}</p>}
    </>
  );
}

export interface PageShown {
  readonly shown: number;
  readonly total: number;
  readonly isAtLeast: boolean;
  readonly next: string | null;
}

/** The window over a list that may be long: one page of it is in the document at a time. */
export function Pager(props: {
  readonly label: string;
  readonly page: PageShown;
  readonly after: string | null;
  readonly go: (after: string | null) => void;
}) {
  const { page, after, go, label } = props;
  if (after === null && page.next === null) return null;
  return (
    <nav class="pager" aria-label={words.pager.label(label)}>
      {after !== null && (
        <button type="button" onClick={() => go(null)}>
          {words.pager.back}
        </button>
      )}
      <span class="soft">{words.pager.shown(page.shown, page.total, page.isAtLeast)}</span>
      {page.next !== null && (
        <button type="button" onClick={() => go(page.next)}>
          {words.pager.more}
        </button>
      )}
    </nav>
  );
}

/** Puts a text on the clipboard. Where the browser has none to offer, as on plain HTTP, the text is selected. */
export function Copy({ text, label }: { readonly text: string; readonly label: string }) {
  const [isCopied, setCopied] = useState(false);
  const shown = useRef<HTMLElement>(null);
  const copyText = async () => {
    try {
      await navigator.clipboard.writeText(text);
      setCopied(true);
      setTimeout(() => setCopied(false), 2_000);
    } catch {
      if (shown.current !== null) getSelection()?.selectAllChildren(shown.current);
    }
  };
  return (
    <span class="copy">
      <code ref={shown}>{text}</code>
      <button type="button" class="small" aria-label={label} onClick={copyText}>
        <span aria-live="polite">{isCopied ? words.copied : words.copy}</span>
      </button>
    </span>
  );
}
