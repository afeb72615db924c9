import './without-eval.ts';

import { effect } from '@preact/signals';
import { render } from 'preact';
import { App } from './app.tsx';
import { followLive } from './live.ts';
import { session } from './session.ts';
import { language } from './words/words.ts';

document.documentElement.lang = language;
effect(() => {
  if (session.value !== null) void followLive(session.value);
});
const place = document.getElementById('console');
if (place !== null) render(<App />, place);
