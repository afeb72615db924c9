/** Sources that are no Markdown, made in memory. */
import { gzipSync } from 'node:zlib';

const hex = (digits: string, rest = '\0\x01\x02\x03 more bytes') =>
  Buffer.concat([Buffer.from(digits.replaceAll(' ', ''), 'hex'), Buffer.from(rest, 'latin1')]);

/** A ZIP archive as far as anybody looks who asks what it is: the local headers of its stored entries. */
function zip(...entries: readonly (readonly [name: string, content: string])[]): Buffer {
  const parts = entries.map(([name, content]) => {
    const header = Buffer.alloc(30);
    header.writeUInt32LE(0x04034b50);
    header.writeUInt16LE(20, 4);
    header.writeUInt32LE(content.length, 18);
    header.writeUInt32LE(content.length, 22);
    header.writeUInt16LE(name.length, 26);
    return Buffer.concat([header, Buffer.from(name + content)]);
  });
  return Buffer.concat(parts);
}

/** An OLE2 file whose directory names this stream. */
const ole2 = (stream: string) =>
  Buffer.concat([hex('d0cf11e0a1b11ae1'), Buffer.alloc(1000), Buffer.from(stream, 'utf16le')]);

export const PDF = `%PDF-1.4
1 0 obj
<< /Type /Catalog /Pages 2 0 R >>
endobj
2 0 obj
<< /Type /Pages /Kids [] /Count 0 >>
endobj
trailer
<< /Root 1 0 R >>
%%EOF
`;
export const HTML =
  '<html><head><title>Law</title></head><body><h1>Law</h1><p>Who may sign.</p></body></html>\n';
const MAIL =
  'From: Anna <anna@example.org>\nTo: all@example.org\nSubject: Law\nDate: Mon, 2 Mar 2026 09:00:00 +0100\n\nText.\n';
export const SVG = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1 1"><path d="M0 0"/></svg>';
const UTF16BE = (text: string) => Buffer.from(text, 'utf16le').swap16();

/** Each with the code of its refusal, and what the refusal says. */
export const FOREIGN: readonly (readonly [
  name: string,
  content: string | Buffer,
  code: string,
  says: RegExp,
])[] = [
  ['HTML', HTML, 'content_html', /HTML document.*pandoc FILE\.html -t gfm/],
  ['HTML by its doctype', '<!DOCTYPE html>\n<p>Law', 'content_html', /HTML/],
  ['HTML in capitals behind white space', `\r\n\t <HTML>${HTML}`, 'content_html', /HTML/],
  [
    'HTML behind a byte order mark and a comment',
    `\ufeff<!-- saved from url -->\n${HTML}`,
    'content_html',
    /HTML/,
  ],
  [
    'XHTML',
    `<?xml version="1.0"?>\n<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Strict//EN" "x">\n${HTML}`,
    'content_html',
    /HTML/,
  ],
  [
    'HTML that begins in its head',
    '<meta charset="utf-8">\n<title>Law</title>\n<p>Text',
    'content_html',
    /HTML/,
  ],
  [
    'HTML that begins with a style',
    `<style>p { color: red }</style>\n<body>\n<p>Law</p>\n</body>`,
    'content_html',
    /HTML/,
  ],
  ['HTML under front matter', `---\nlayout: page\n---\n<!doctype html>\n${HTML}`, 'content_html', /HTML/],
  [
    'the inside of a page',
    '<div class="law"><h1>Law</h1>\n  <p>Who may sign.</p>\n\n<!-- end --></div>\n',
    'content_html',
    /HTML/,
  ],
  [
    'a page that begins with its style',
    '<link rel="stylesheet" href="x.css"><h2>A</h2><p>b</p>',
    'content_html',
    /HTML/,
  ],
  ['HTML behind a stray line', `Warning: something\n<!DOCTYPE html>\n${HTML}`, 'content_html', /HTML/],
  ['HTML in Latin-1', Buffer.from(`<!doctype html><p>Größe`, 'latin1'), 'content_html', /HTML/],
  ['HTML in UTF-16', Buffer.from(`\ufeff${HTML}`, 'utf16le'), 'content_html', /HTML/],
  [
    'XML',
    '<?xml version="1.0" encoding="UTF-8"?>\n<gesetz><norm>1</norm></gesetz>',
    'content_xml',
    /XML document/,
  ],
  [
    'XML without a declaration',
    '<dokument xmlns="urn:x">\n  <norm>Text</norm>\n</dokument>\n',
    'content_xml',
    /XML/,
  ],
  ['an SVG image', SVG, 'content_svg', /SVG image/],
  ['PDF in ASCII', PDF, 'content_pdf', /PDF file.*pdftotext/],
  ['PDF behind other lines', `HTTP/1.1 200 OK\r\nServer: x\r\n\r\n${PDF}`, 'content_pdf', /PDF/],
  ['PDF with bytes', Buffer.concat([Buffer.from('%PDF-1.7\n%'), hex('e2e3cfd3')]), 'content_pdf', /PDF/],
  ['PDF behind bytes', Buffer.concat([hex('00ff00ff'), Buffer.from(PDF)]), 'content_pdf', /PDF/],
  [
    'the beginning of a ZIP archive without a NUL',
    Buffer.from('PK\u0003\u0004 [Content_Types].xml word/document.xml, and words as in a text'),
    'content_docx',
    /Word file/,
  ],
  [
    'a Word file',
    zip(['[Content_Types].xml', '<x/>'], ['word/document.xml', '<x/>']),
    'content_docx',
    /Word file \(\.docx\).*pandoc FILE\.docx -t gfm/,
  ],
  [
    'a workbook',
    zip(['[Content_Types].xml', ''], ['xl/workbook.xml', '']),
    'content_xlsx',
    /Excel.*markitdown FILE\.xlsx/,
  ],
  ['a presentation', zip(['ppt/presentation.xml', '']), 'content_pptx', /PowerPoint/],
  [
    'an OpenDocument text',
    zip(['mimetype', 'application/vnd.oasis.opendocument.text']),
    'content_odt',
    /pandoc FILE\.odt/,
  ],
  ['a book', zip(['mimetype', 'application/epub+zip']), 'content_epub', /EPUB.*pandoc FILE\.epub/],
  ['a ZIP archive', zip(['law.md', '# Law\n']), 'content_zip', /ZIP archive.*Unpack/],
  ['an empty ZIP archive', hex('504b0506', '\0'.repeat(18)), 'content_zip', /ZIP/],
  [
    'a Word file that was read as text',
    zip(['word/document.xml', '\xff\xfe']).toString('utf8'),
    'content_docx',
    /Word/,
  ],
  ['an old Word file', ole2('WordDocument'), 'content_doc', /soffice --convert-to docx FILE\.doc/],
  ['an old workbook', ole2('Workbook'), 'content_xls', /Excel/],
  ['an old presentation', ole2('PowerPoint Document'), 'content_ppt', /PowerPoint/],
  ['an Outlook message', ole2('__substg1.0_0037001F'), 'content_msg', /Outlook/],
  ['an encrypted Office file', ole2('EncryptedPackage'), 'content_office_encrypted', /password/],
  ['RTF', '{\\rtf1\\ansi Law.\\par}', 'content_rtf', /RTF file.*pandoc FILE\.rtf/],
  ['PostScript', '%!PS-Adobe-3.0\n%%Title: Law\nshowpage\n', 'content_postscript', /ps2pdf/],
  [
    'LaTeX',
    '% A law\n\\documentclass[12pt]{article}\n\\begin{document}x\\end{document}',
    'content_latex',
    /pandoc FILE\.tex/,
  ],
  ['PNG', hex('89504e470d0a1a0a'), 'content_png', /PNG image.*tesseract/],
  ['PNG that was read as text', hex('89504e470d0a1a0a').toString('utf8'), 'content_png', /PNG/],
  ['JPEG', hex('ffd8ffe000104a464946'), 'content_jpeg', /JPEG/],
  ['GIF', hex('474946383961 0100 0100 80ff00'), 'content_gif', /GIF/],
  ['WebP', Buffer.from('RIFF\x10\0\0\0WEBPVP8 \xff\xfe', 'latin1'), 'content_webp', /WebP/],
  ['TIFF', hex('49492a00 08000000 ffff'), 'content_tiff', /TIFF/],
  ['BMP', hex('424d 3600 0000 0000 ffff'), 'content_bmp', /BMP/],
  ['HEIF', hex('00000018 66747970 68656963'), 'content_heif', /HEIF/],
  ['gzip', gzipSync('# Law\n'), 'content_gzip', /gunzip/],
  ['bzip2', hex('425a6839 3141592653 59ff'), 'content_bzip2', /bunzip2/],
  ['xz', hex('fd377a585a00'), 'content_xz', /unxz/],
  ['zstd', hex('28b52ffd'), 'content_zstd', /unzstd/],
  ['7z', hex('377abcaf271c'), 'content_7z', /Unpack/],
  ['RAR', hex('526172211a0700'), 'content_rar', /RAR/],
  [
    'tar',
    Buffer.concat([Buffer.from('law.md'), Buffer.alloc(251), Buffer.from('ustar\0')]),
    'content_tar',
    /tar archive/,
  ],
  [
    'SQLite',
    Buffer.from('SQLite format 3\0\x10\0\x01\x01\0@', 'latin1'),
    'content_sqlite',
    /SQLite database/,
  ],
  ['ELF', hex('7f454c46 0201 0100'), 'content_elf', /ELF/],
  ['a Windows program', hex('4d5a9000 0300 0000'), 'content_pe', /Windows program/],
  ['WebAssembly', hex('0061736d 01000000'), 'content_wasm', /WebAssembly/],
  ['a font', hex('774f4646 00010000'), 'content_woff', /font/],
  ['MP3', hex('494433 0300 0000'), 'content_mp3', /MP3/],
  ['MP4', hex('00000020 66747970 69736f6d'), 'content_mp4', /MP4/],
  [
    'other binary data',
    Buffer.from(Array.from({ length: 512 }, (_, at) => (at * 37) % 256)),
    'content_binary',
    /binary data/,
  ],
  [
    'binary data without a NUL',
    Buffer.from('\x01\x02\x03\x04\x05\x06abc'.repeat(20)),
    'content_binary',
    /binary data/,
  ],
  ['a JSON object', '{"title": "Law", "text": "Who may sign."}\n', 'content_json', /JSON.*fence/],
  ['a JSON list', ' [1, 2, "three", {"a": null}]', 'content_json', /JSON/],
  [
    'JSON over many lines',
    JSON.stringify({ sections: Array.from({ length: 9000 }, (_, id) => ({ id, text: 'x' })) }, null, 2),
    'content_json',
    /JSON/,
  ],
  ['JSON that was cut off', '{"title": "Law", "sections": [{"text": "Who', 'content_json', /JSON/],
  ['JSON line by line', '{"id": 1}\n{"id": 2}\n', 'content_json', /JSON/],
  ['JSON under a comment', '// settings\n{"a": 1}', 'content_json', /JSON/],
  [
    'a notebook',
    '{"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}',
    'content_notebook',
    /nbconvert/,
  ],
  ['mail', MAIL, 'content_mail', /e-mail message.*attachment/],
  [
    'mail with CRLF and folded fields',
    'Received: from a\r\n\tby b; Mon, 2 Mar 2026\r\nMIME-Version: 1.0\r\nFrom: =?utf-8?q?A?=\r\n\r\nx',
    'content_mail',
    /e-mail/,
  ],
  ['a mailbox', `From anna@example.org Mon Mar  2 09:00:00 2026\n${MAIL}`, 'content_mbox', /mailbox/],
  [
    'a page saved as MHTML',
    'From: <Saved by Blink>\r\nSnapshot-Content-Location: https://example.org/\r\nMIME-Version: 1.0\r\nContent-Type: multipart/related; boundary="x"\r\n\r\n--x',
    'content_mhtml',
    /MHTML/,
  ],
  [
    'base64 of a PDF',
    Buffer.from(PDF).toString('base64').replace(/.{76}/g, '$&\n'),
    'content_base64',
    /base64 of a PDF file.*base64 -d/,
  ],
  ['uuencoded data', 'begin 644 law.doc\nM4&QA:6X@=&5X=\n`\nend\n', 'content_uuencode', /uuencoded/],
  [
    'a certificate',
    '-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n',
    'content_pem',
    /certificate/,
  ],
  ['a script', '#!/bin/sh\n# Builds the law\nmake\n', 'content_script', /script/],
  [
    'a Git LFS pointer',
    'version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 3\n',
    'content_lfs_pointer',
    /git lfs pull/,
  ],
  [
    'Windows-1252',
    Buffer.from('# Gesetz\n\nDie \x84Gr\xf6\xdfe\x93 z\xe4hlt \x96 immer.\n', 'latin1'),
    'source_not_utf8',
    /text in Windows-1252\. .*iconv -f WINDOWS-1252/,
  ],
  [
    'Windows-1258',
    // "Điều 1. Phạm vi điều chỉnh. Luật này quy định về người lao động."
    Buffer.from(
      '# \xd0i\xea\xccu 1. Pha\xf2m vi \xf0i\xea\xccu chi\xd2nh\n\nLu\xe2\xf2t na\xccy quy \xf0i\xf2nh v\xea\xcc ng\xfd\xf5\xcci lao \xf0\xf4\xf2ng.\n',
      'latin1',
    ),
    'source_not_utf8',
    /text in Windows-1258 \(Vietnamese\)\. .*iconv -f CP1258/,
  ],
  [
    'Italian, which is not Vietnamese',
    Buffer.from('# Legge\n\nPu\xf2 andare, per\xf2 continu\xf2 l\xec; cos\xec gioved\xec.\n', 'latin1'),
    'source_not_utf8',
    /text in Latin-1/,
  ],
  [
    'Vietnamese in UTF-16 without a mark',
    Buffer.from('Điều 1. Phạm vi điều chỉnh\n\nLuật này quy định về người lao động.\n', 'utf16le'),
    'source_not_utf8',
    /UTF-16.*iconv -f UTF-16LE/,
  ],
  [
    'UTF-16 with its mark',
    Buffer.from('\ufeff# Gesetz\n\nText.\n', 'utf16le'),
    'source_not_utf8',
    /UTF-16.*iconv -f UTF-16 -t UTF-8/,
  ],
  ['UTF-16 with its mark, big-endian', UTF16BE('\ufeff# Gesetz\n'), 'source_not_utf8', /UTF-16/],
  [
    'UTF-16 without a mark',
    Buffer.from('# Gesetz über die Größe\n\nText.\n', 'utf16le'),
    'source_not_utf8',
    /iconv -f UTF-16LE/,
  ],
  [
    'UTF-16 without a mark, big-endian',
    UTF16BE('# Закон\n\nНикто не действует один.\n'),
    'source_not_utf8',
    /iconv -f UTF-16BE/,
  ],
  [
    'UTF-32',
    Buffer.from(
      [...'\ufeff# Gesetz\n'].flatMap((c) => [c.codePointAt(0)! & 255, c.codePointAt(0)! >> 8, 0, 0]),
    ),
    'source_not_utf8',
    /UTF-32/,
  ],
  [
    'Latin-1',
    Buffer.from('# Gesetz\n\nDie Größe zählt.\n', 'latin1'),
    'source_not_utf8',
    /0xF6 at offset 16.*Latin-1.*iconv -f ISO-8859-1 -t UTF-8/,
  ],
  [
    'EBCDIC',
    Buffer.from(
      'c7a2a2a3a3 40 84898540 c79999 4081829340 838485868788 8991929394959640 9798 40 a2a3a4a5a6a7 4b 25'.replaceAll(
        ' ',
        '',
      ),
      'hex',
    ),
    'source_not_utf8',
    /EBCDIC.*iconv -f IBM1047/,
  ],
  [
    'Windows-1251',
    Buffer.from('cdc8caD2CE 20cdc520c4c5c9d1d2d2c2d3c5d2'.replaceAll(' ', ''), 'hex'),
    'source_not_utf8',
    /Windows-1251/,
  ],
  [
    'UTF-8 with one damaged character',
    Buffer.concat([Buffer.from('Größe zählt, übrigens: '), Buffer.from([0xe4]), Buffer.from('hm')]),
    'source_not_utf8',
    /0xE4 at offset 27.*damaged/,
  ],
  ['a text with a NUL', 'Who may sign and\0when, and where.', 'source_nul', /NUL character at byte 16/],
  ['nothing', '', 'source_empty', /empty/],
];
