/**
 * The landing page for people: no script, one style that the policy names by its digest, nothing from another
 * origin.
 */
import { sha256 } from '../../proof/digest.ts';
import type { Landing } from './landing-facts.ts';

const STYLE = `
:root {
  color-scheme: light dark;
  --paper: #fbfaf7; --ink: #1d1f24; --soft: #5b6069; --line: #d5d2c9; --panel: #fff;
  --accent: #24527a; --good: #1f6b3a; --bad: #9a1f1f;
}
@media (prefers-color-scheme: dark) {
  :root {
    --paper: #16181c; --ink: #e8e6e1; --soft: #a4a9b3; --line: #3a3f47; --panel: #1e2126;
    --accent: #8fbce3; --good: #8ad3a1; --bad: #f2a0a0;
  }
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--paper); color: var(--ink); font: 1rem/1.55 system-ui, sans-serif; }
main { max-width: 46rem; margin: 0 auto; padding: 2.5rem 1.25rem 4rem; overflow-wrap: anywhere; }
h1 { margin: 0; font-size: 1.7rem; }
h2 { margin: 2rem 0 0.5rem; font-size: 1.15rem; }
header p { margin: 0.25rem 0 0; color: var(--soft); }
.state { margin: 1.75rem 0 0; padding: 1rem 1.25rem; border-radius: 0.6rem; background: var(--panel); }
.state { border: 1px solid var(--line); border-left: 0.4rem solid var(--bad); }
.state.ready { border-left-color: var(--good); }
.state b { font-size: 1.15rem; color: var(--bad); }
.state.ready b { color: var(--good); }
.checks { margin: 0.25rem 0 0; color: var(--soft); }
ul { margin: 0.25rem 0 0; padding-left: 1.25rem; }
a { color: var(--accent); }
a:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
`;

export const LANDING_POLICY = [
  "default-src 'none'",
  `style-src 'sha256-${sha256(STYLE).toString('base64')}'`,
  "img-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

export function landingHtml(landing: Landing, icon: string): string {
  const { name, version, mode, status, checks, reasons, links, protocols, token } = landing;
  const states = Object.entries(checks).map(([check, state]) => `${check} ${state}`);
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapedHtml(name)}: ${escapedHtml(status)}</title>
<link rel="icon" href="${escapedHtml(icon)}" type="image/svg+xml">
<style>${STYLE}</style>
</head>
<body>
<main>
<header>
<h1>${escapedHtml(name)}</h1>
<p>A governed, append-only ledger over GraphQL. Version ${escapedHtml(version)}, ${escapedHtml(mode)}.</p>
</header>
<section class="state${status === 'ready' ? ' ready' : ''}" aria-label="State of the ledger">
<b>${STATUS[status]}</b>
${listHtml(reasons)}
<p class="checks">${escapedHtml(states.join(' · '))}</p>
</section>
<h2>Where to go</h2>
<ul>
${linkHtml(links.console, 'Console', 'shows what there is to do, and takes reviews')}
${linkHtml(links.graphiql, 'GraphiQL', 'explores the ledger in the browser')}
${linkHtml(links.passport, 'Verify a passport', 'checks the proof of a cut, without a token')}
${linkHtml(links.health, 'Health', 'says whether the server answers')}
${linkHtml(links.ready, 'Ready', 'says whether the server can work, and if not, why')}
</ul>
<h2>How to get a token</h2>
<p>${escapedHtml(token)}</p>
<p>Only callers with a token can see what the ledger holds.</p>
<h2>For programs</h2>
<p>GraphQL is at <code>${escapedHtml(links.graphql)}</code>. The file schema.graphql describes the whole API.
The file docs/reference/stream.md describes the streams.</p>
${listHtml(protocols)}
</main>
</body>
</html>
`;
}

const STATUS: Readonly<Record<Landing['status'], string>> = {
  ready: 'Ready',
  'not ready': 'Not ready',
  closing: 'Closing',
};

function listHtml(items: readonly string[]): string {
  return items.length === 0
    ? ''
    : `<ul>\n${items.map((item) => `<li>${escapedHtml(item)}</li>`).join('\n')}\n</ul>`;
}

function linkHtml(path: string | null, name: string, what: string): string {
  return path === null ? '' : `<li><a href="${escapedHtml(path)}">${name}</a> ${what}</li>`;
}

function escapedHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
