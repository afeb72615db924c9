import { useRef, useState } from 'preact/hooks';
import { PageTitle } from '../parts/parts.tsx';
import { signIn } from '../session.ts';
import { words } from '../words/words.ts';

export function SignInPage() {
  const field = useRef<HTMLInputElement>(null);
  const [fault, setFault] = useState<string | null>(null);
  const [isGoing, setGoing] = useState(false);
  const { signIn: said } = words;
  const submit = async (event: Event) => {
    event.preventDefault();
    if (isGoing) return;
    const token = field.current?.value.trim();
    if (token === undefined || token === '') {
      setFault(said.empty);
      field.current?.focus();
      return;
    }
    setGoing(true);
    try {
      await signIn(token);
    } catch (error) {
      setFault((error as Error).message);
      setGoing(false);
      field.current?.focus();
    }
  };
  return (
    <main class="sign-in">
      <p class="brand">{words.product}</p>
      <PageTitle>{said.title}</PageTitle>
      <p>{said.intro}</p>
      <form onSubmit={submit}>
        <label for="token">{said.token}</label>
        <input
          id="token"
          ref={field}
          type="password"
          autocomplete="off"
          spellcheck={false}
          aria-invalid={fault !== null}
          aria-describedby="token-note token-fault"
        />
        <p id="token-note" class="soft">
          {said.note}
        </p>
        <p id="token-fault" class="fault" role="alert">
          {fault}
        </p>
        <button type="submit" class="main" aria-disabled={isGoing}>
          {isGoing ? said.going : said.go}
        </button>
      </form>
      <details>
        <summary>{said.where}</summary>
        <p>{said.rehearsal}</p>
        <p>{said.production}</p>
      </details>
    </main>
  );
}
