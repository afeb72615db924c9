import { type FormEvent, StrictMode, Suspense, useState } from 'react';
import { createRoot } from 'react-dom/client';
import { RelayEnvironmentProvider } from 'react-relay';
import { Entries } from './entries';
import { openLedger } from './ledger';

function Page() {
  const [said, say] = useState('');
  const [ledger, setLedger] = useState<ReturnType<typeof openLedger> | null>(null);
  const signIn = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const given = new FormData(event.currentTarget);
    const [reviewer, executor] = [String(given.get('reviewer')), String(given.get('executor'))];
    setLedger(openLedger(reviewer, executor, say));
  };
  return (
    <>
      <form id="sign-in" onSubmit={signIn}>
        <input name="reviewer" type="password" placeholder="The reviewer's token" required />
        <input name="executor" type="password" placeholder="The executor's token" required />
        <button type="submit">Show the list</button>
      </form>
      <p id="said">{said}</p>
      {ledger !== null && (
        <RelayEnvironmentProvider environment={ledger}>
          <Suspense fallback="The list is read.">
            <Entries say={say} />
          </Suspense>
        </RelayEnvironmentProvider>
      )}
    </>
  );
}

createRoot(document.getElementById('page') as HTMLElement).render(
  <StrictMode>
    <Page />
  </StrictMode>,
);
