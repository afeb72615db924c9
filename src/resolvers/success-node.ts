import type { GraphQLResolveInfo } from 'graphql';
import type { Context } from '../context.ts';
import type { NounName } from '../reading/nouns/noun-name.ts';
import { type PreviewRows, previewNode } from '../reading/preview.ts';
import { mayBeLong, readNode } from '../reading/read.ts';
import type { Node } from '../schema/node.ts';
import { groupOf } from './answered-together.ts';

type WithRow<N extends string> = { readonly previewRows: PreviewRows | null } & Readonly<Record<N, string>>;

/**
 * Resolves the field of a success that shows the row whose id the success has under `idName`. The row is read in one
 * statement with what hangs under it, or shown as a dry run would leave it. Of successes that one call gave together,
 * all rows are read in one statement.
 */
export function nodeBy<N extends string>(noun: NounName, idName: N) {
  return (
    success: WithRow<N>,
    _args: unknown,
    context: Context,
    info: GraphQLResolveInfo,
  ): Promise<Node> | Node => {
    const rows = success.previewRows;
    const id = success[idName];
    if (rows?.[noun] !== undefined) return previewNode(noun, rows, id);
    const group = groupOf(success);
    // What may be long is bounded for each row.
    if (group === null || mayBeLong(context, info, noun)) return readNode(context, info, noun, id);
    const ids = () =>
      (group.answers as readonly WithRow<N>[])
        .filter(({ previewRows }) => previewRows?.[noun] === undefined)
        .flatMap((one) => one[idName] ?? []);
    return group.read(context, info, noun, ids).then((found) => {
      const node = found.get(id);
      if (node === undefined) throw new Error(`${noun} ${id} was written and can't be read.`);
      return node;
    });
  };
}
