import { counts, staleness } from './live.ts';
import { BoardPage } from './pages/board.tsx';
import { DocumentPage } from './pages/document.tsx';
import { DocumentsPage } from './pages/documents.tsx';
import { EntryPage } from './pages/entry.tsx';
import { ReviewPage } from './pages/review.tsx';
import { SignInPage } from './pages/sign-in.tsx';
import { nameOf } from './parts/parts.tsx';
import { clockOf } from './parts/time.tsx';
import { hrefOf, route } from './route.ts';
import { type ConsoleSession, session, signOut } from './session.ts';
import { words } from './words/words.ts';

export function App() {
  const current = session.value;
  if (current === null) return <SignInPage />;
  return (
    <>
      <button type="button" class="skip" onClick={skipToContent}>
        {words.skip}
      </button>
      <header class="bar">
        <b class="brand">{words.product}</b>
        {current.me.mode === 'REHEARSAL' && <span class="badge mode">{words.rehearsal}</span>}
        <nav aria-label={words.nav.label}>
          <NavLink page="board" text={words.nav.board} />
          {current.reads && <NavLink page="documents" text={words.nav.documents} />}
        </nav>
        <span class="who">
          <LiveState />
          <span>{nameOf(current.me)}</span>
          <button type="button" class="small" onClick={signOut}>
            {words.nav.signOut}
          </button>
        </span>
      </header>
      <Stale />
      <main id="content" tabIndex={-1}>
        <Page current={current} />
      </main>
    </>
  );
}

/** No link, since the fragment of the address names the page. */
function skipToContent(): void {
  document.getElementById('content')?.focus();
}

function NavLink({ page, text }: { readonly page: 'board' | 'documents'; readonly text: string }) {
  return (
    <a href={hrefOf(page)} aria-current={route.value.page === page ? 'page' : undefined}>
      {text}
    </a>
  );
}

function Page({ current }: { readonly current: ConsoleSession }) {
  const { page, of } = route.value;
  if (page === 'documents') return <DocumentsPage session={current} />;
  if (of === null) return <BoardPage session={current} />;
  if (page === 'entry') return <EntryPage key={of} session={current} entryId={of} />;
  if (page === 'review') return <ReviewPage key={of} session={current} entryId={of} />;
  return <DocumentPage key={of} session={current} docCode={of} />;
}

function LiveState() {
  const { on, off, connecting } = words.live;
  const isStale = staleness.value !== null;
  const text = isStale ? off : counts.value === null ? connecting : on;
  return (
    <span class={`live ${isStale ? 'off' : 'on'}`} id="live">
      {text}
    </span>
  );
}

function Stale() {
  const stale = staleness.value;
  return (
    <div role="status" aria-live="polite">
      {stale !== null && (
        <p class="stale">
          {words.live.stale(clockOf(stale.since))} {stale.isOver ? words.live.over : words.live.trying}
        </p>
      )}
    </div>
  );
}
