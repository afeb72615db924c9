/** Binary formats by the bytes they begin with. Asked only of what is no text: words may begin with "GIF89a" or "MZ". */
import type { Format } from './format.ts';
import { command, WAYS_OUT } from './format.ts';

interface Signature extends Format {
  readonly at: number;
  readonly bytes: Buffer;
}

/** Hexadecimal digits, or text after a quotation mark. */
function bytesOf(written: string): Buffer {
  return written.startsWith('"') ? Buffer.from(written.slice(1), 'latin1') : Buffer.from(written, 'hex');
}

function signature(code: string, name: string, wayOut: string, written: string, at = 0): Signature {
  return { code, name, wayOut, at, bytes: bytesOf(written) };
}

const image = (code: string, name: string, written: string, at = 0) =>
  signature(code, name, WAYS_OUT.image, written, at);
const recording = (code: string, name: string, written: string, at = 0) =>
  signature(code, name, WAYS_OUT.recording, written, at);
const archive = (code: string, name: string, written: string, at = 0) =>
  signature(code, name, WAYS_OUT.archive, written, at);
const packed = (code: string, name: string, tool: string, written: string) =>
  signature(
    code,
    name,
    `Unpack it, for example: ${command(`${tool} FILE`)}. Register what it holds.`,
    written,
  );
const textless = (code: string, name: string, written: string, at = 0) =>
  signature(code, name, WAYS_OUT.noText, written, at);

const SIGNATURES: readonly Signature[] = [
  image('png', 'a PNG image', '89504e470d0a1a0a'),
  image('jpeg', 'a JPEG image', 'ffd8ff'),
  image('gif', 'a GIF image', '"GIF87a'),
  image('gif', 'a GIF image', '"GIF89a'),
  image('webp', 'a WebP image', '"WEBP', 8),
  image('tiff', 'a TIFF image', '49492a00'),
  image('tiff', 'a TIFF image', '4d4d002a'),
  image('bmp', 'a BMP image', '"BM'),
  image('icon', 'an icon', '00000100'),
  image('photoshop', 'a Photoshop image', '"8BPS'),
  image('heif', 'a HEIF image', '"ftyphei', 4),
  image('heif', 'a HEIF image', '"ftypmif1', 4),
  image('avif', 'an AVIF image', '"ftypavif', 4),
  image('jpeg2000', 'a JPEG 2000 image', '0000000c6a502020'),
  image('jpeg2000', 'a JPEG 2000 image', 'ff4fff51'),
  image('jxl', 'a JPEG XL image', '0000000c4a584c20'),
  image('jxl', 'a JPEG XL image', 'ff0a'),
  image('djvu', 'a DjVu file', '"AT&TFORM'),
  packed('gzip', 'a gzip file', 'gunzip', '1f8b'),
  packed('bzip2', 'a bzip2 file', 'bunzip2', '"BZh'),
  packed('xz', 'an xz file', 'unxz', 'fd377a585a00'),
  packed('zstd', 'a Zstandard file', 'unzstd', '28b52ffd'),
  packed('lz4', 'an LZ4 file', 'unlz4', '04224d18'),
  packed('compress', 'a file packed by compress', 'uncompress', '1f9d'),
  archive('7z', 'a 7-Zip archive', '377abcaf271c'),
  archive('rar', 'a RAR archive', '526172211a07'),
  archive('tar', 'a tar archive', '"ustar', 257),
  archive('cab', 'a cabinet file', '"MSCF'),
  archive('winmail', 'a winmail.dat attachment', '789f3e22'),
  archive('chm', 'a CHM help file', '"ITSF'),
  signature(
    'mobi',
    'a Kindle book',
    `Convert it, for example: ${command('ebook-convert FILE FILE.txt')}.`,
    '"BOOKMOBI',
    60,
  ),
  signature('wordperfect', 'a WordPerfect file', WAYS_OUT.office('wpd'), 'ff575043'),
  signature('onenote', 'a OneNote file', WAYS_OUT.export, 'e4525c7b8cd8a74d'),
  signature(
    'postscript',
    'an Encapsulated PostScript file',
    `Make a PDF of it: ${command('ps2pdf FILE')}. ${WAYS_OUT.pdf}`,
    'c5d0d3c6',
  ),
  recording('mp3', 'an MP3 recording', '"ID3'),
  recording('mp3', 'an MP3 recording', 'fffb'),
  recording('mp3', 'an MP3 recording', 'fff3'),
  recording('wav', 'a WAV recording', '"WAVE', 8),
  recording('avi', 'an AVI video', '"AVI ', 8),
  recording('ogg', 'an Ogg recording', '"OggS'),
  recording('flac', 'a FLAC recording', '"fLaC'),
  recording('midi', 'a MIDI file', '"MThd'),
  recording('matroska', 'a Matroska or WebM video', '1a45dfa3'),
  recording('mp4', 'an MP4 or QuickTime file', '"ftyp', 4),
  recording('asf', 'a Windows Media file', '3026b2758e66cf11'),
  recording('flv', 'a Flash video', '464c5601'),
  recording('mpeg', 'an MPEG video', '000001ba'),
  recording('mpeg', 'an MPEG video', '000001b3'),
  textless('sqlite', 'an SQLite database', '"SQLite format 3'),
  textless('access', 'an Access database', '"Standard Jet DB', 4),
  textless('access', 'an Access database', '"Standard ACE DB', 4),
  textless('elf', 'an ELF program', '7f454c46'),
  textless('pe', 'a Windows program', '"MZ'),
  textless('macho', 'a macOS program', 'feedface'),
  textless('macho', 'a macOS program', 'feedfacf'),
  textless('macho', 'a macOS program', 'cefaedfe'),
  textless('macho', 'a macOS program', 'cffaedfe'),
  textless('java_class', 'a Java class or a macOS program', 'cafebabe'),
  textless('wasm', 'a WebAssembly module', '0061736d'),
  textless('parquet', 'a Parquet file', '"PAR1'),
  textless('truetype', 'a TrueType font', '0001000000'),
  textless('opentype', 'an OpenType font', '"OTTO'),
  textless('woff', 'a web font', '"wOFF'),
  textless('woff', 'a web font', '"wOF2'),
  textless('flash', 'a Flash file', '"FWS'),
  textless('flash', 'a Flash file', '"CWS'),
  textless('lnk', 'a Windows shortcut', '4c00000001140200'),
  textless('der', 'a certificate or key in DER', '3082'),
];

/** Stands for bytes that a reader of text put U+FFFD in the place of. */
export const MANGLED = 0xff;

/** The format whose signature the bytes bear. A high byte of a signature may have been read as text before. */
export function formatBySignature(head: Buffer): Format | null {
  return SIGNATURES.find(({ at, bytes }) => beginsWith(head, bytes, at)) ?? null;
}

/** Whether `bytes` stand at `at`; a high byte also where only a mangled one is left. */
export function beginsWith(head: Buffer, bytes: Buffer, at = 0): boolean {
  if (head.length < at + bytes.length) return false;
  return bytes.every((byte, index) => {
    const found = head[at + index];
    return found === byte || (found === MANGLED && byte >= 0x80);
  });
}
