import { readFileSync } from 'node:fs';

/** The page that verifies passports, as `npm run build` left it in `dist`; null where it wasn't built. */
export function builtPage(): string | null {
  const place = import.meta.url.endsWith('.ts') ? '../../dist/passport.html' : '../../passport.html';
  try {
    return readFileSync(new URL(place, import.meta.url), 'utf8');
  } catch {
    return null;
  }
}

/** The policy that the page itself states, for the header of the server. */
export function policyOf(page: string): string {
  return /http-equiv="Content-Security-Policy" content="([^"]*)"/.exec(page)?.[1] ?? "default-src 'none'";
}
