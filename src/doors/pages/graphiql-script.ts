/**
 * What Cutter adds to GraphiQL in the browser: a hint while there is no token, docs as soon as there is one,
 * streams that are kept.
 */
import { PLACEHOLDER } from './graphiql-words.ts';

/** How many messages of a stream stay on the screen, and how many characters of them. */
const KEPT_MESSAGES = 200;
const KEPT_CHARACTERS = 2_000_000;

/** After an edit of the headers, how long nothing was typed before a token is tried; each wrong one is counted. */
const TYPED_MS = 400;
/** The least time between two updates of the screen. */
const DRAWN_MS = 50;

/**
 * GraphiQL reads the schema when it opens, before anybody could type a token. That question waits here; a hint says
 * for what. It is asked with the first token in the Headers tab that opens; asked at once it would fail, and its
 * error would stay on the screen. Later this presses GraphiQL's own button for it when a request has been answered
 * under a token with which the schema wasn't read yet. A question without a token is answered here, with what to
 * do.
 */
export const SCRIPT = `
  const PUT_TOKEN = 'Put a token in place of ${PLACEHOLDER} in the Headers tab below';
  const plainFetch = window.fetch;
  const unsaid = { errors: [{ message: PUT_TOKEN + ', then press play.' }] };
  let schemaToken;
  let triedToken;
  let waiting = null;
  let typing;

  window.fetch = async function (input, init) {
    const token = new Headers(init?.headers).get('authorization');
    const isUnsaid = !token || token.includes('${PLACEHOLDER}');
    const isIntrospection = String(init?.body).includes('IntrospectionQuery');
    if (isUnsaid && isIntrospection) return await admitted(input, init);
    if (isUnsaid) {
      return new Response(JSON.stringify(unsaid), { headers: { 'content-type': 'application/json' } });
    }
    const response = await plainFetch(input, init);
    if (response.ok && isIntrospection) schemaToken = token;
    if (response.ok && waiting !== null) void tryToken(token);
    else if (response.ok && !isIntrospection && token !== schemaToken) {
      schemaToken = token;
      document.querySelector('button[aria-label^="Re-fetch"]')?.click();
    }
    return response.headers.get('content-type')?.includes('text/event-stream') ? kept(response) : response;
  };

  function admitted(input, init) {
    hint(PUT_TOKEN + '; the docs then load by themselves.');
    return new Promise((admit) => (waiting = { input, init, admit }));
  }

  async function tryToken(token) {
    const { input, init, admit } = waiting;
    triedToken = token;
    const headers = new Headers(init.headers);
    headers.set('authorization', token);
    const response = await plainFetch(input, { ...init, headers }).catch(() => null);
    if (waiting === null) return;
    if (response?.ok) {
      schemaToken = token;
      waiting = null;
      hint('');
      admit(response);
    } else if (token === triedToken) {
      hint((await reasonOf(response)) + ' ' + PUT_TOKEN.replace('a token', 'another token') + '.');
    }
  }

  async function reasonOf(response) {
    if (response === null) return 'The server does not answer.';
    const answer = await response.json().catch(() => null);
    return answer?.errors?.[0]?.message ?? 'The server answered ' + response.status + '.';
  }

  function headersEdited(text) {
    const [, token] = /"authorization"\\s*:\\s*"(bearer +[^"\\s]+) *"/i.exec(text) ?? [];
    clearTimeout(typing);
    if (waiting === null || !token || token.includes('${PLACEHOLDER}') || token === triedToken) return;
    typing = setTimeout(() => waiting !== null && tryToken(token), ${TYPED_MS});
  }

  /** Above the editors, and in the docs in place of what turns. */
  function hint(text) {
    const root = document.documentElement;
    if (!root) return;
    root.classList.toggle('waits-for-token', text !== '');
    root.style.setProperty('--hint', JSON.stringify(text));
    const line = document.querySelector('#hint');
    if (line) line.textContent = text;
  }

  /** GraphiQL shows the newest event alone, so each becomes all that came, the newest first and within bounds. */
  function kept(response) {
    const decoder = new TextDecoder();
    const encoder = new TextEncoder();
    const messages = [];
    let received = 0;
    let pending = '';
    function keep(text) {
      received += 1;
      const message = JSON.parse(text);
      if (isHeartbeat(message) && isHeartbeat(messages[0]?.message)) messages.shift();
      messages.unshift({ message, length: text.length });
      let length = 0;
      const end = messages.findIndex((one, index) => index > 0 && (length += one.length) > ${KEPT_CHARACTERS});
      messages.length = Math.min(messages.length, end === -1 ? ${KEPT_MESSAGES} : end, ${KEPT_MESSAGES});
    }
    const gather = new TransformStream({
      async transform(bytes, out) {
        const events = (pending + decoder.decode(bytes, { stream: true })).split('\\n\\n');
        pending = events.pop();
        const before = received;
        for (const event of events) {
          const lines = event.split('\\n').filter((line) => line.startsWith('data:'));
          const text = lines.map((line) => line.slice(5).trim()).join('\\n');
          if (text !== '') keep(text);
        }
        if (received > before) {
          const all = { received, messages: messages.map(({ message }) => message) };
          out.enqueue(encoder.encode('event: next\\ndata: ' + JSON.stringify(all) + '\\n\\n'));
        }
        if (events.some((event) => /^event: *complete/m.test(event)))
          out.enqueue(encoder.encode('event: complete\\ndata:\\n\\n'));
        else if (received > before) await new Promise((resolve) => setTimeout(resolve, ${DRAWN_MS}));
      },
    });
    return new Response(response.body.pipeThrough(gather), { headers: response.headers });
  }

  /** Of heartbeats in a row only the newest is shown, so that silence doesn't push the earlier messages out. */
  function isHeartbeat(message) {
    return Object.values(message?.data ?? {}).some((value) => value?.__typename === 'Heartbeat');
  }

  window.openGraphiQL = (render, root, options) => render(root, { ...options, onEditHeaders: headersEdited });
`;

/** The hint is above the editors. In the docs it takes the place of the spinner. */
export const STYLE = `
  #hint { margin: 0; padding: 0.6rem 1rem; font: 1rem/1.4 system-ui, sans-serif; overflow-wrap: anywhere; }
  #hint { background: #fdf3df; color: #5f3c04; border-bottom: 1px solid #d9b777; }
  #hint:empty { display: none; }
  html, body { height: 100%; margin: 0; }
  body { display: flex; flex-direction: column; }
  #root { flex: 1; min-height: 0; }
  #root .graphiql-container { width: 100%; height: 100%; }
  .waits-for-token .graphiql-doc-explorer .graphiql-spinner { display: none; }
  .waits-for-token .graphiql-doc-explorer::after { content: var(--hint); display: block; margin-top: 1rem; }
  @media (prefers-color-scheme: dark) { #hint { background: #2c2312; color: #efc377; border-color: #6b4f1c; } }
`;
