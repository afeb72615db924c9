/**
 * A profile of format 2: how a kind of document is taken apart, as data. Levels say what a mark looks like ("§ 12a",
 * "(3)", "a)"), how it is cited and what its part of an address is. The same engine (`structure/`) runs every profile.
 */
import { z } from 'zod';

export const GRANULARITIES = ['SECTION', 'PARAGRAPH', 'ITEM'] as const;
/** The finest units that a cut makes: sections, their paragraphs, or list items and tables too. */
export type Granularity = (typeof GRANULARITIES)[number];

/** What a mark begins. Divisions are never part of a citation; the document's title is the whole document. */
const ROLES = ['division', 'section', 'paragraph', 'item'] as const;

/** Where a mark stands: in a heading, at the start of a line of text, or in bold at the start of a line. */
const PLACES = ['heading', 'line', 'bold', 'row'] as const;

/** A regular expression (flag u), matched where the words of a line begin; its group `code` is what is cited. */
const pattern = z.string().min(1).max(1000);
const word = z.string().regex(/^[a-z][a-z0-9_]{0,62}$/);
const terms = z.strictObject({ kind: word, sectionType: word });
/** `{code}` is replaced by the code of the mark; without it the template is the same for every mark. */
const template = z.string().max(100);
/** A part of an address that all units without a name of their own have. */
const addressPart = z.string().min(1).max(64);

const level = z.strictObject({
  /** Unique in the profile; in the order of the list a level lies inside those before it. */
  id: word,
  role: z.enum(ROLES),
  at: z.array(z.enum(PLACES)).min(1),
  match: z.array(pattern).min(1).max(50),
  /** How the mark is cited ("Abs. {code}"). Null: by its words as they stand. Divisions are not cited. */
  label: template.nullable(),
  /** Its part of an address ("abs-{code}"). Null: a slug of what is cited. */
  slug: template.nullable(),
  terms,
  /** Words outside the levels that follow inside this section do not end it: an annex has headings of its own. */
  holdsHeadings: z.boolean().default(false),
  /** Its code names the whole place ("1.2.3"), so neither citation nor address has those around it. */
  isComplete: z.boolean().default(false),
  /** Its text is one unit: no paragraph, item or table in it is cut. */
  whole: z.boolean().default(false),
  /** A mark of this level may follow another mark at once, as in "(a)(1)". */
  chains: z.boolean().default(false),
  /** The alphabet that its codes count in. A mark is of this level only where it goes on from its neighbour. */
  counts: z.enum(['arabic', 'latin', 'roman', 'vietnamese']).nullable().default(null),
  /** Columns that a mark in text may be indented by; null for any. */
  maxIndent: z.int().nullable().default(null),
  /** A mark counts only after a blank line, a heading or another mark. */
  afterBlank: z.boolean().default(false),
});
export type Level = z.infer<typeof level>;

export const documentProfile = z.strictObject({
  format: z.literal('cutter-profile/2'),
  name: z.string().regex(/^[a-z][a-z0-9-]{0,62}$/),
  version: z.string().regex(/^[0-9]{1,9}$/),
  description: z.string().min(12).max(500),
  /** The granularity where nobody names one. */
  granularity: z.enum(GRANULARITIES),
  /** Names of what is set aside before the text begins; null keeps it in the text. */
  frontMatter: z.strictObject({ languages: z.array(z.enum(['yaml', 'toml'])), reason: word }).nullable(),
  /** What is a heading: a line that begins with `#`, or what CommonMark takes for one, underlined text too. */
  syntax: z.enum(['lines', 'commonmark']),
  /** Headings of more `#` than CommonMark's six are headings too. */
  deepHeadings: z.boolean(),
  titleLength: z.int().min(1).max(1000),
  blankReason: word,
  levels: z.array(level).min(1).max(60),
  /**
   * How the place of an item is found: by the order of the levels, by its indentation, or by which marks are open: a
   * level that is not open yet begins below the last mark.
   */
  nesting: z.enum(['rank', 'indent', 'order']),
  /** Terms of what no level describes. */
  terms: z.strictObject({
    whole: terms,
    title: terms,
    preamble: terms,
    heading: terms,
    /** A heading of no level that holds sections. */
    division: terms,
    text: terms,
    table: terms,
  }),
  /** Text that no mark begins. */
  text: z.strictObject({
    /** Which blocks are paragraphs of their own: none, the first of a section, or each. */
    blocks: z.enum(['none', 'first', 'each']),
    slug: addressPart,
    /** Text between the document's title and the first heading behind it is cut as that of a section is. */
    belowTitle: z.boolean().optional(),
    /** Words below a heading that belong to it, such as where it was published. */
    notes: z.array(pattern).max(50),
    /** Lines that a printer put between pages: they neither begin nor end anything. */
    furniture: z.array(pattern).max(20),
    /** Words above a heading that belong to it, such as the section that an annex is for. */
    preludes: z.array(pattern).max(50),
  }),
  tables: z.strictObject({
    nestedBullets: z.boolean(),
    pipes: z.boolean(),
    slug: addressPart,
  }),
  /** A unit whose words begin with `match` has been repealed: it keeps its place, with this section type. */
  statuses: z
    .array(
      z.strictObject({
        match: pattern,
        sectionType: word.nullable(),
        /** A row of a table with such a cell becomes no unit; the words of the cell are the reason. */
        setAside: z.boolean(),
      }),
    )
    .max(50),
  address: z.strictObject({
    template: z.string().max(100),
    replacements: z.array(z.tuple([z.string().min(1).max(8), z.string().max(8)])).max(100),
    untitled: addressPart,
    leadSlug: addressPart,
    preambleSlug: addressPart,
    /** In bytes of UTF-8. An address has at most 255. */
    slugBytes: z.int().min(8).max(200),
    addressBytes: z.int().min(64).max(255),
    digestDigits: z.int().min(8).max(64),
    /** Units that were cut keep their addresses, and equals their numbers (address/keep.ts). */
    equals: z.literal('kept'),
    /** All letters keep their marks. */
    marks: z.literal('kept'),
  }),
});
export type DocumentProfile = z.infer<typeof documentProfile>;
