import { z } from 'zod';
import { docCodeFault } from '../../document/address.ts';
import { type RegisterSourceAnswer, registerSource } from '../../ledger/register-source.ts';
import { builder } from '../../schema/builder.ts';
import { ProblemType } from '../../schema/refusals.ts';
import { Source } from '../../schema/source.ts';
import { WrittenInterface } from '../../schema/written.ts';
import { callOf } from '../call.ts';
import { base64, fittingText, idempotencyKey, optionalInput, readableText, wellFormed } from '../input.ts';
import { callFields } from '../inputs.ts';
import { outcomeOf } from '../outcome.ts';
import { type Success, successOf } from '../success.ts';
import { nodeBy } from '../success-node.ts';

/** Bytes of one document. */
const MAX_SOURCE = 16 * 1024 * 1024;

const SourceContentInput = builder.inputType('SourceContentInput', {
  description: 'The document itself, as text or as base64 of its bytes; exactly one of the two.',
  isOneOf: true,
  fields: (t) => ({
    text: t.string({ description: 'The text; its bytes are its UTF-8 encoding.' }),
    base64: t.field({ type: 'Base64', description: 'The bytes, which must be UTF-8.' }),
  }),
});

const shape = z.object({
  idempotencyKey,
  dryRun: z.boolean(),
  docCode: fittingText(docCodeFault),
  title: optionalInput(readableText(500)),
  mediaType: z.enum(['text/markdown', 'text/plain'], 'must be text/markdown or text/plain'),
  content: z
    .object({ text: wellFormed.nullish(), base64: base64.nullish() })
    .transform(({ text, base64: bytes }, issue) => {
      if (bytes != null) return bytes;
      if (text != null) return Buffer.from(text, 'utf8');
      issue.addIssue('must have a text or its base64');
      return z.NEVER;
    })
    .refine((bytes) => bytes.length <= MAX_SOURCE, `must have at most ${MAX_SOURCE} bytes`),
});

const RegisterSourceInput = builder
  .inputType('RegisterSourceInput', {
    description: 'A document as received.',
    fields: (t) => ({
      ...callFields(t),
      docCode: t.string({
        required: true,
        description:
          'Short name of the document, first part of its addresses: letters and digits of any script in ' +
          'lower case and normal form C, ".", "_", "-"; at most 63 characters and 150 bytes. A new one must not ' +
          'look like that of another document.',
      }),
      title: t.string({
        description:
          'What people call it. Left out: the title in the front matter of its Markdown, or its first heading.',
      }),
      mediaType: t.string({
        required: true,
        defaultValue: 'text/markdown',
        description: 'text/markdown or text/plain.',
      }),
      content: t.field({
        type: SourceContentInput,
        required: true,
        description: 'The document itself, at most 16 MiB.',
      }),
    }),
  })
  .validate(shape);

const RegisterSourceSuccess = builder
  .objectRef<Success<RegisterSourceAnswer>>('RegisterSourceSuccess')
  .implement({
    description: 'The document is registered.',
    interfaces: [WrittenInterface],
    fields: (t) => ({
      source: t.field({
        type: Source,
        description: 'The registered document.',
        resolve: nodeBy('Source', 'sourceId'),
      }),
      problems: t.expose('problems', {
        type: [ProblemType],
        description:
          'Warnings about the content. An error only where a repeated call is answered with a document ' +
          'that would be refused today.',
      }),
    }),
  });

builder.mutationField('registerSource', (t) =>
  t.field({
    type: outcomeOf('registerSource', RegisterSourceSuccess),
    description:
      'Takes a document as received, once. Anything whose content is not Markdown or plain text is ' +
      'refused. Scope `source:register`, lane DOT-991.',
    args: { input: t.arg({ type: RegisterSourceInput, required: true, description: 'The document.' }) },
    resolve: async (_, { input }, ctx) =>
      successOf(
        ctx,
        await ctx.ledger.asExec(callOf('registerSource', ctx, input), (tx) => registerSource(tx, input)),
      ),
  }),
);
