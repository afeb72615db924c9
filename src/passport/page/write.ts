/** `npm run build`: puts the page beside the compiled program. */
import { writeFileSync } from 'node:fs';
import { renderPage } from './build.ts';

writeFileSync(new URL('../../../dist/passport.html', import.meta.url), await renderPage());
