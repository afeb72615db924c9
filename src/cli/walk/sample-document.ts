import type { WalkDocument } from './walk-document.ts';

/**
 * The sample of the first start: a document of our own, short enough to read, with front matter and three levels of
 * headings.
 */
const SAMPLE_DOCUMENT = `---
title: Rules of the Village Library
adopted: 2026-03-01
---
# Rules of the Village Library

Everyone may read here. These rules say how, so that everyone can.

## § 1 Borrowing

You may borrow if you live in the village, or have walked here.

### § 1.1 How many

Five books at a time. Children may take six, because theirs are thinner.

### § 1.2 How long

Four weeks; longer if nobody else is waiting, and we will tell you who is.

## § 2 Bringing back

Through the door, or through the hatch beside it when the door is shut.

### § 2.1 Late books

We charge nothing. Somebody is waiting; that is usually enough.

### § 2.2 Wet books

Dry them slowly and between two others. Tell us: we have dried many.

## § 3 Quiet

The front room talks, the back room reads.

## § 4 Changing these rules

One of us proposes, another agrees, a third reads the result aloud.
Nobody does all three.
`;

export const SAMPLE: WalkDocument = {
  docCode: 'village-library',
  title: 'Rules of the Village Library',
  profile: 'markdown',
  granularity: null,
  bytes: Buffer.from(SAMPLE_DOCUMENT),
};
