/**
 * Binary formats by the bytes they begin with. Asked only of what is no text: words may begin with "GIF89a" or
 * "MZ".
 */
import type { Format } from './format.ts';
import { commandInText, WAYS_OUT } from './format.ts';

interface Signature extends Format {
  readonly at: number;
  readonly bytes: Buffer;
}

/** Hexadecimal digits, or text after a quotation mark. */
function bytesOf(written: string): Buffer {
  return written.startsWith('"') ? Buffer.from(written.slice(1), 'latin1') : Buffer.from(written, 'hex');
}

function signatureOf(code: string, name: string, wayOut: string, written: string, at = 0): Signature {
  return { code, name, wayOut, at, bytes: bytesOf(written) };
}

const imageSignature = (code: string, name: string, written: string, at = 0) =>
  signatureOf(code, name, WAYS_OUT.image, written, at);
const recordingSignature = (code: string, name: string, written: string, at = 0) =>
  signatureOf(code, name, WAYS_OUT.recording, written, at);
const archiveSignature = (code: string, name: string, written: string, at = 0) =>
  signatureOf(code, name, WAYS_OUT.archive, written, at);
const packedSignature = (code: string, name: string, tool: string, written: string) =>
  signatureOf(
    code,
    name,
    `Unpack it, for example: ${commandInText(`${tool} FILE`)}. Register what it holds.`,
    written,
  );
const textlessSignature = (code: string, name: string, written: string, at = 0) =>
  signatureOf(code, name, WAYS_OUT.noText, written, at);

const SIGNATURES: readonly Signature[] = [
  imageSignature('png', 'a PNG image', '89504e470d0a1a0a'),
  imageSignature('jpeg', 'a JPEG image', 'ffd8ff'),
  imageSignature('gif', 'a GIF image', '"GIF87a'),
  imageSignature('gif', 'a GIF image', '"GIF89a'),
  imageSignature('webp', 'a WebP image', '"WEBP', 8),
  imageSignature('tiff', 'a TIFF image', '49492a00'),
  imageSignature('tiff', 'a TIFF image', '4d4d002a'),
  imageSignature('bmp', 'a BMP image', '"BM'),
  imageSignature('icon', 'an icon', '00000100'),
  imageSignature('photoshop', 'a Photoshop image', '"8BPS'),
  imageSignature('heif', 'a HEIF image', '"ftyphei', 4),
  imageSignature('heif', 'a HEIF image', '"ftypmif1', 4),
  imageSignature('avif', 'an AVIF image', '"ftypavif', 4),
  imageSignature('jpeg2000', 'a JPEG 2000 image', '0000000c6a502020'),
  imageSignature('jpeg2000', 'a JPEG 2000 image', 'ff4fff51'),
  imageSignature('jxl', 'a JPEG XL image', '0000000c4a584c20'),
  imageSignature('jxl', 'a JPEG XL image', 'ff0a'),
  imageSignature('djvu', 'a DjVu file', '"AT&TFORM'),
  packedSignature('gzip', 'a gzip file', 'gunzip', '1f8b'),
  packedSignature('bzip2', 'a bzip2 file', 'bunzip2', '"BZh'),
  packedSignature('xz', 'an xz file', 'unxz', 'fd377a585a00'),
  packedSignature('zstd', 'a Zstandard file', 'unzstd', '28b52ffd'),
  packedSignature('lz4', 'an LZ4 file', 'unlz4', '04224d18'),
  packedSignature('compress', 'a file packed by compress', 'uncompress', '1f9d'),
  archiveSignature('7z', 'a 7-Zip archive', '377abcaf271c'),
  archiveSignature('rar', 'a RAR archive', '526172211a07'),
  archiveSignature('tar', 'a tar archive', '"ustar', 257),
  archiveSignature('cab', 'a cabinet file', '"MSCF'),
  archiveSignature('winmail', 'a winmail.dat attachment', '789f3e22'),
  archiveSignature('chm', 'a CHM help file', '"ITSF'),
  signatureOf(
    'mobi',
    'a Kindle book',
    `Convert it, for example: ${commandInText('ebook-convert FILE FILE.txt')}.`,
    '"BOOKMOBI',
    60,
  ),
  signatureOf('wordperfect', 'a WordPerfect file', WAYS_OUT.office('wpd'), 'ff575043'),
  signatureOf('onenote', 'a OneNote file', WAYS_OUT.export, 'e4525c7b8cd8a74d'),
  signatureOf(
    'postscript',
    'an Encapsulated PostScript file',
    `Make a PDF of it: ${commandInText('ps2pdf FILE')}. ${WAYS_OUT.pdf}`,
    'c5d0d3c6',
  ),
  recordingSignature('mp3', 'an MP3 recording', '"ID3'),
  recordingSignature('mp3', 'an MP3 recording', 'fffb'),
  recordingSignature('mp3', 'an MP3 recording', 'fff3'),
  recordingSignature('wav', 'a WAV recording', '"WAVE', 8),
  recordingSignature('avi', 'an AVI video', '"AVI ', 8),
  recordingSignature('ogg', 'an Ogg recording', '"OggS'),
  recordingSignature('flac', 'a FLAC recording', '"fLaC'),
  recordingSignature('midi', 'a MIDI file', '"MThd'),
  recordingSignature('matroska', 'a Matroska or WebM video', '1a45dfa3'),
  recordingSignature('mp4', 'an MP4 or QuickTime file', '"ftyp', 4),
  recordingSignature('asf', 'a Windows Media file', '3026b2758e66cf11'),
  recordingSignature('flv', 'a Flash video', '464c5601'),
  recordingSignature('mpeg', 'an MPEG video', '000001ba'),
  recordingSignature('mpeg', 'an MPEG video', '000001b3'),
  textlessSignature('sqlite', 'an SQLite database', '"SQLite format 3'),
  textlessSignature('access', 'an Access database', '"Standard Jet DB', 4),
  textlessSignature('access', 'an Access database', '"Standard ACE DB', 4),
  textlessSignature('elf', 'an ELF program', '7f454c46'),
  textlessSignature('pe', 'a Windows program', '"MZ'),
  textlessSignature('macho', 'a macOS program', 'feedface'),
  textlessSignature('macho', 'a macOS program', 'feedfacf'),
  textlessSignature('macho', 'a macOS program', 'cefaedfe'),
  textlessSignature('macho', 'a macOS program', 'cffaedfe'),
  textlessSignature('java_class', 'a Java class or a macOS program', 'cafebabe'),
  textlessSignature('wasm', 'a WebAssembly module', '0061736d'),
  textlessSignature('parquet', 'a Parquet file', '"PAR1'),
  textlessSignature('truetype', 'a TrueType font', '0001000000'),
  textlessSignature('opentype', 'an OpenType font', '"OTTO'),
  textlessSignature('woff', 'a web font', '"wOFF'),
  textlessSignature('woff', 'a web font', '"wOF2'),
  textlessSignature('flash', 'a Flash file', '"FWS'),
  textlessSignature('flash', 'a Flash file', '"CWS'),
  textlessSignature('lnk', 'a Windows shortcut', '4c00000001140200'),
  textlessSignature('der', 'a certificate or key in DER', '3082'),
];

/** Bytes in whose place a reader of text put U+FFFD. */
export const MANGLED = 0xff;

/** The format whose signature the bytes have. A high byte of a signature may have been read as text before. */
export function formatBySignature(head: Buffer): Format | null {
  return SIGNATURES.find(({ at, bytes }) => beginsWith(head, bytes, at)) ?? null;
}

/** Whether `bytes` are at `at`; a high byte matches a mangled one, too. */
export function beginsWith(head: Buffer, bytes: Buffer, at = 0): boolean {
  if (head.length < at + bytes.length) return false;
  return bytes.every((byte, index) => {
    const found = head[at + index];
    return found === byte || (found === MANGLED && byte >= 0x80);
  });
}
