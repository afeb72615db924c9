import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { checkpointText, parseCheckpointText } from '../../src/proof/checkpoint.ts';
import { publicKeyOf } from '../../src/proof/ed25519.ts';
import {
  formatNote,
  isSignedBy,
  NoteFault,
  type NoteKey,
  noteKeyHash,
  parseNote,
  signNote,
} from '../../src/proof/note.ts';
import { openNote } from '../harness/stranger.ts';
import { verifierKey } from '../harness/verifier-key.ts';

const frozen: {
  seed: string;
  verifierKey: string;
  text: string;
  note: string;
  checkpoint: { origin: string; size: number; root: string; text: string };
} = JSON.parse(readFileSync(new URL('../golden/proof-note.json', import.meta.url), 'utf8'));

const seed = Buffer.from(frozen.seed, 'hex');
const key: NoteKey = { name: 'PeterNeumann', publicKey: publicKeyOf(seed) };

describe('signed notes', () => {
  test('are those of the reference implementation, byte for byte: key hash, key line, signature, note', () => {
    expect(noteKeyHash(key).toString('hex')).toBe('c74f20a3');
    expect(verifierKey(key)).toBe(frozen.verifierKey);
    const signed = { text: frozen.text, signatures: [signNote(frozen.text, key, seed)] };
    expect(formatNote(signed)).toBe(frozen.note);
    expect(isSignedBy(parseNote(frozen.note), key)).toBe(true);
    expect(openNote(frozen.note, [frozen.verifierKey]).signedBy).toEqual(['PeterNeumann']);
  });

  test('come back as they were written, whatever the text', () => {
    const text = fc.string({ unit: 'grapheme' }).map((line) => `${line.replaceAll(/\p{Cc}/gu, '')}\n`);
    fc.assert(
      fc.property(fc.array(text, { minLength: 1 }), (lines) => {
        const whole = lines.join('');
        const signatures = [signNote(whole, key, seed), signNote(whole, { ...key, name: 'other/key' }, seed)];
        const read = parseNote(formatNote({ text: whole, signatures }));
        expect(read.text).toBe(whole);
        expect(read.signatures.map(({ name }) => name)).toEqual(['PeterNeumann', 'other/key']);
        expect(isSignedBy(read, key)).toBe(true);
      }),
      { numRuns: 200 },
    );
  });

  test('with a changed bit of text or signature are signed by nobody', () => {
    const bytes = Buffer.from(frozen.note);
    fc.assert(
      fc.property(fc.nat({ max: bytes.length - 1 }), fc.nat({ max: 7 }), (at, bit) => {
        const spoilt = Buffer.from(bytes);
        spoilt[at] = (spoilt[at] as number) ^ (1 << bit);
        let verdict = false;
        try {
          verdict = isSignedBy(parseNote(spoilt.toString('utf8')), key);
        } catch (error) {
          expect(error).toBeInstanceOf(NoteFault);
        }
        expect(verdict).toBe(false);
      }),
      { numRuns: 1000 },
    );
  });

  test("that carry a key's signature twice, another key, or another name are not signed by it", () => {
    const note = parseNote(frozen.note);
    expect(isSignedBy({ ...note, signatures: [...note.signatures, ...note.signatures] }, key)).toBe(false);
    expect(isSignedBy(note, { ...key, name: 'Peter' })).toBe(false);
    expect(isSignedBy(note, { ...key, publicKey: publicKeyOf(Buffer.alloc(32, 1)) })).toBe(false);
    const short = note.signatures.map((one) => ({ ...one, signature: one.signature.subarray(1) }));
    expect(isSignedBy({ ...note, signatures: short }, key)).toBe(false);
  });

  test.each([
    ['', 'nothing'],
    ['text\n', 'no signatures'],
    ['text\n\n', 'no line after the empty one'],
    ['text\n\n— name\n', 'no signature in the line'],
    ['text\n\n- name c2ln\n', 'a hyphen'],
    ['text\n\n— na+me AAAAAAAA\n', 'a plus in the name'],
    ['text\n\n— name AAAAAAA\n', 'base64 without its padding'],
    ['text\n\n— name AAAA\n', 'less than a key hash'],
    ['text\n\n— name AAAAAAAA', 'no last newline'],
    ['te\u0000xt\n\n— name AAAAAAAA\n', 'a control character'],
    ['\n\n— name AAAAAAAA\n'.repeat(8000), 'a note longer than any'],
  ])('%j is no note: %s', (note) => {
    expect(() => parseNote(note)).toThrow(NoteFault);
  });

  test("aren't made of what is none", () => {
    expect(() => signNote('no newline', key, seed)).toThrow(NoteFault);
    expect(() => formatNote({ text: 'text\n', signatures: [] })).toThrow(NoteFault);
    expect(() => noteKeyHash({ ...key, name: 'two words' })).toThrow(NoteFault);
  });
});

describe('checkpoints', () => {
  const { origin, size, text } = frozen.checkpoint;
  const root = Buffer.from(frozen.checkpoint.root, 'hex');

  test('have the frozen text, and are read back from it', () => {
    expect(checkpointText({ origin, size, root })).toBe(text);
    expect(parseCheckpointText(text)).toEqual({ origin, size, root });
    expect(parseCheckpointText(`${text}an extension\n`)).toEqual({ origin, size, root });
  });

  test.each([
    ['\n8\nXcnaeacGWamtVZy3Ad7ZoqudgjqtL0lgz+Nw7/RgQyg=\n', 'no origin'],
    [text.replace('\n8\n', '\n08\n'), 'a leading zero'],
    [text.replace('\n8\n', '\n-8\n'), 'a sign'],
    [text.replace('\n8\n', '\n9007199254740992\n'), 'a size beyond exact numbers'],
    [text.replace('XcnaeacG', 'XcnaeacGAAAA'), 'a root of another length'],
    [text.replace('RgQyg=', 'RgQyh='), 'base64 with bits left over'],
    ['cutter/x\n8\n', 'no root'],
  ])('%j is none: %s', (spoilt) => {
    expect(() => parseCheckpointText(spoilt)).toThrow(NoteFault);
  });

  test("aren't made of what is none", () => {
    expect(() => checkpointText({ origin, size: -1, root })).toThrow(NoteFault);
    expect(() => checkpointText({ origin, size, root: root.subarray(1) })).toThrow(NoteFault);
    expect(() => checkpointText({ origin: 'two words', size, root })).toThrow(NoteFault);
  });
});
