/** A browser for tests, driven over the DevTools protocol. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { WebSocket } from 'ws';
import type { Loose } from './cycle.ts';

/** The browser that this machine has; null where there is none. */
export const CHROMIUM: string | null =
  ['chromium', 'chromium-browser', 'google-chrome'].find(
    (name) => spawnSync(name, ['--version'], { stdio: 'ignore' }).status === 0,
  ) ?? null;

export interface Tab {
  goto(url: string): Promise<void>;
  /** Chooses a file in an input, as a person would. */
  choose(selector: string, file: string): Promise<void>;
  /** Pastes over the text of what has the focus, as a person would. */
  paste(text: string): Promise<void>;
  /** Types a text where the focus is. */
  type(text: string): Promise<void>;
  /** Presses a key, as a person would. */
  press(key: 'Tab' | 'Enter'): Promise<void>;
  evaluate(expression: string): Promise<Loose>;
  /** Evaluates until the answer is true. */
  until(expression: string): Promise<void>;
  screenshot(dark: boolean): Promise<Buffer>;
  /** Addresses that the page asked for, and what the browser logged as an error. */
  readonly requests: readonly string[];
  readonly errors: readonly string[];
}

export interface Browser {
  tab(): Promise<Tab>;
  close(): Promise<void>;
}

export async function openBrowser(program: string): Promise<Browser> {
  const profile = mkdtempSync(join(tmpdir(), 'cutter-chromium-'));
  const child = spawn(program, [
    '--headless',
    '--no-sandbox',
    '--disable-gpu',
    '--window-size=1100,1150',
    '--disable-dev-shm-usage',
    '--disable-background-networking',
    '--remote-debugging-port=0',
    `--user-data-dir=${profile}`,
    'about:blank',
  ]);
  const socket = new WebSocket(await listening(child), { maxPayload: 256 * 1024 * 1024 });
  await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject));
  const protocol = protocolOver(socket);
  return {
    tab: () => openTab(protocol),
    async close() {
      const ended = new Promise((resolve) => child.once('exit', resolve));
      await protocol.send('Browser.close', {}).catch(() => {});
      await ended;
      socket.close();
      rmSync(profile, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

function listening(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let said = '';
    child.once('exit', () => reject(new Error(`The browser ended: ${said}`)));
    child.stderr?.on('data', (text: Buffer) => {
      said += text;
      const [, url] = /DevTools listening on (\S+)/.exec(said) ?? [];
      if (url !== undefined) resolve(url);
    });
  });
}

interface Protocol {
  send(method: string, params: Loose, sessionId?: string): Promise<Loose>;
  on(sessionId: string, listener: (method: string, params: Loose) => void): void;
}

function protocolOver(socket: WebSocket): Protocol {
  const waiting = new Map<number, (message: Loose) => void>();
  const listeners = new Map<string, (method: string, params: Loose) => void>();
  let last = 0;
  socket.on('message', (data) => {
    const message = JSON.parse(String(data));
    if (message.id === undefined) listeners.get(message.sessionId)?.(message.method, message.params);
    else waiting.get(message.id)?.(message);
  });
  return {
    send(method, params, sessionId) {
      last += 1;
      const id = last;
      return new Promise((resolve, reject) => {
        waiting.set(id, ({ result, error }) => {
          waiting.delete(id);
          if (error === undefined) resolve(result);
          else reject(new Error(`${method}: ${error.message}`));
        });
        socket.send(JSON.stringify({ id, method, params, sessionId }));
      });
    },
    on: (sessionId, listener) => listeners.set(sessionId, listener),
  };
}

async function openTab({ send, on }: Protocol): Promise<Tab> {
  const { targetId } = await send('Target.createTarget', { url: 'about:blank' });
  const { sessionId } = await send('Target.attachToTarget', { targetId, flatten: true });
  const requests: string[] = [];
  const errors: string[] = [];
  let loaded = () => {};
  on(sessionId, (method, params) => {
    if (method === 'Page.loadEventFired') loaded();
    if (method === 'Network.requestWillBeSent') requests.push(params.request.url);
    if (method === 'Log.entryAdded' && params.entry.level === 'error') errors.push(params.entry.text);
    if (method === 'Runtime.exceptionThrown') {
      const { text, exception } = params.exceptionDetails;
      errors.push(exception?.description ?? text);
    }
  });
  const ask = (method: string, params: Loose = {}) => send(method, params, sessionId);
  for (const domain of ['Page', 'Network', 'Log', 'Runtime', 'DOM']) await ask(`${domain}.enable`);
  const evaluate = async (expression: string) =>
    (await ask('Runtime.evaluate', { expression, returnByValue: true })).result.value;
  return {
    requests,
    errors,
    evaluate,
    async goto(url) {
      const done = new Promise<void>((resolve) => {
        loaded = resolve;
      });
      await ask('Page.navigate', { url });
      await done;
    },
    async choose(selector, file) {
      const { root } = await ask('DOM.getDocument');
      const { nodeId } = await ask('DOM.querySelector', { nodeId: root.nodeId, selector });
      await ask('DOM.setFileInputFiles', { nodeId, files: [file] });
    },
    async paste(text) {
      const key = {
        key: 'a',
        code: 'KeyA',
        windowsVirtualKeyCode: 65,
        modifiers: 2,
        commands: ['selectAll'],
      };
      await ask('Input.dispatchKeyEvent', { type: 'keyDown', ...key });
      await ask('Input.dispatchKeyEvent', { type: 'keyUp', ...key });
      await evaluate(`{
        const clipboardData = new DataTransfer();
        clipboardData.setData('text/plain', ${JSON.stringify(text)});
        const event = new ClipboardEvent('paste', { clipboardData, bubbles: true, cancelable: true });
        document.activeElement.dispatchEvent(event);
      }`);
    },
    async type(text) {
      await ask('Input.insertText', { text });
    },
    async press(key) {
      const [windowsVirtualKeyCode, text] = key === 'Tab' ? [9, undefined] : [13, '\r'];
      const event = { key, code: key, windowsVirtualKeyCode, text };
      await ask('Input.dispatchKeyEvent', { type: text === undefined ? 'rawKeyDown' : 'keyDown', ...event });
      await ask('Input.dispatchKeyEvent', { type: 'keyUp', ...event });
    },
    async until(expression) {
      while ((await evaluate(expression)) !== true) await evaluate('new Promise(requestAnimationFrame)');
    },
    async screenshot(dark) {
      const features = [{ name: 'prefers-color-scheme', value: dark ? 'dark' : 'light' }];
      await ask('Emulation.setEmulatedMedia', { features });
      return Buffer.from((await ask('Page.captureScreenshot', { format: 'png' })).data, 'base64');
    },
  };
}
