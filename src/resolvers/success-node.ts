import type { GraphQLResolveInfo } from 'graphql';
import type { Context } from '../context.ts';
import type { NounName } from '../reading/nouns/noun-name.ts';
import { type PreviewRows, previewNode } from '../reading/preview.ts';
import { readNode } from '../reading/read.ts';
import type { Node } from '../schema/node.ts';

/**
 * Resolves the field of a success that shows the row whose id the success has under `idName`. The row is read in one
 * statement with what hangs under it, or shown as a dry run would leave it.
 */
export function nodeBy<N extends string>(noun: NounName, idName: N) {
  return (
    success: { readonly previewRows: PreviewRows | null } & Readonly<Record<N, string>>,
    _args: unknown,
    context: Context,
    info: GraphQLResolveInfo,
  ): Promise<Node> | Node => {
    const rows = success.previewRows;
    const id = success[idName];
    return rows?.[noun] === undefined ? readNode(context, info, noun, id) : previewNode(noun, rows, id);
  };
}
