/** Files that hold files: ZIP and OLE2, named by what is in them. */
import type { Format } from './format.ts';
import { WAYS_OUT } from './format.ts';
import { beginsWith } from './signatures.ts';

const ZIP = ['504b0304', '504b0506', '504b0708'].map((hex) => Buffer.from(hex, 'hex'));
const OLE2 = Buffer.from('d0cf11e0a1b11ae1', 'hex');

/** How many bytes are searched for names of entries: local headers come first, and a directory ends the file. */
const LOOKED_AT = 128 * 1024;

interface Kind extends Format {
  /** One of these is in the file. */
  readonly marks: readonly (string | Buffer)[];
}

const odfKind = (kind: string, name: string, extension: string, wayOut: string): Kind => ({
  code: extension,
  name,
  wayOut,
  marks: [`application/vnd.oasis.opendocument.${kind}`],
});

const ZIP_KINDS: readonly Kind[] = [
  {
    code: 'docx',
    name: 'a Word file (.docx)',
    wayOut: WAYS_OUT.pandoc('docx'),
    marks: ['word/document', 'word/_rels', 'word/styles'],
  },
  {
    code: 'xlsx',
    name: 'an Excel workbook (.xlsx)',
    wayOut: WAYS_OUT.cells('xlsx'),
    marks: ['xl/workbook', 'xl/worksheets', 'xl/_rels'],
  },
  {
    code: 'pptx',
    name: 'a PowerPoint presentation (.pptx)',
    wayOut: WAYS_OUT.cells('pptx'),
    marks: ['ppt/presentation', 'ppt/slides', 'ppt/_rels'],
  },
  {
    code: 'epub',
    name: 'an EPUB book',
    wayOut: WAYS_OUT.pandoc('epub'),
    marks: ['application/epub+zip', 'META-INF/container.xml'],
  },
  odfKind('text', 'an OpenDocument text (.odt)', 'odt', WAYS_OUT.pandoc('odt')),
  odfKind('spreadsheet', 'an OpenDocument spreadsheet (.ods)', 'ods', WAYS_OUT.cells('ods', 'xlsx')),
  odfKind('presentation', 'an OpenDocument presentation (.odp)', 'odp', WAYS_OUT.cells('odp', 'pptx')),
  {
    code: 'pages',
    name: 'an Apple Pages, Numbers or Keynote file',
    wayOut: WAYS_OUT.export,
    marks: ['Index/Document.iwa', 'Metadata/BuildVersionHistory.plist'],
  },
  {
    code: 'java_archive',
    name: 'a Java archive',
    wayOut: WAYS_OUT.noText,
    marks: ['META-INF/MANIFEST.MF'],
  },
];

const utf16 = (name: string): Buffer => Buffer.from(name, 'utf16le');

const OLE2_KINDS: readonly Kind[] = [
  {
    code: 'office_encrypted',
    name: 'an Office file with a password',
    wayOut: `Save it without a password first. ${WAYS_OUT.pandoc('docx')}`,
    marks: [utf16('EncryptedPackage')],
  },
  {
    code: 'msg',
    name: 'an Outlook message (.msg)',
    wayOut: WAYS_OUT.mail,
    marks: [utf16('__substg1.0_'), utf16('__properties_version1.0')],
  },
  {
    code: 'doc',
    name: 'a Word file (.doc)',
    wayOut: WAYS_OUT.office('doc'),
    marks: [utf16('WordDocument')],
  },
  {
    code: 'ppt',
    name: 'a PowerPoint presentation (.ppt)',
    wayOut: WAYS_OUT.cells('ppt', 'pptx'),
    marks: [utf16('PowerPoint Document')],
  },
  {
    code: 'xls',
    name: 'an Excel workbook (.xls)',
    wayOut: WAYS_OUT.cells('xls', 'xlsx'),
    marks: [utf16('Workbook'), utf16('Book')],
  },
];

const OTHER_ZIP: Format = { code: 'zip', name: 'a ZIP archive', wayOut: WAYS_OUT.archive };
const OTHER_OLE2: Format = {
  code: 'office_old',
  name: 'a Microsoft Office file of the format before 2007',
  wayOut: WAYS_OUT.office('doc'),
};

/** What a file that holds files is; null for any other. `head` is its beginning as `beginsWith` takes it. */
export function containerFormat(head: Buffer, bytes: Buffer): Format | null {
  if (ZIP.some((signature) => beginsWith(head, signature))) {
    const ends = [bytes.subarray(0, LOOKED_AT), bytes.subarray(Math.max(0, bytes.length - LOOKED_AT))];
    return kindIn(ZIP_KINDS, ends) ?? OTHER_ZIP;
  }
  if (beginsWith(head, OLE2)) return kindIn(OLE2_KINDS, [bytes]) ?? OTHER_OLE2;
  return null;
}

function kindIn(kinds: readonly Kind[], parts: readonly Buffer[]): Format | null {
  return kinds.find(({ marks }) => marks.some((mark) => parts.some((part) => part.includes(mark)))) ?? null;
}
