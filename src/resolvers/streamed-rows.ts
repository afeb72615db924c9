import type { GraphQLResolveInfo } from 'graphql';
import { SCOPE_OF_LOGIN } from '../auth/read-scopes.ts';
import type { Context } from '../context.ts';
import type { NounName } from '../reading/nouns/noun-name.ts';
import { NOUNS } from '../reading/nouns/nouns.ts';
import { readShared } from '../reading/read.ts';
import type { Node } from '../schema/node.ts';
import { requireScope } from './queries/guard.ts';

/**
 * The rows of a noun that a record names, read once for each place in the document that asks. What a narrowed token
 * may not see is left out.
 */
export function readNamed(noun: NounName, ids: readonly string[]) {
  const read = new Map<string, ReturnType<typeof readShared>>();
  return async (context: Context, info: GraphQLResolveInfo): Promise<readonly Node[]> => {
    const { login } = NOUNS[noun];
    if (login !== 'observe')
      requireScope(context, `${info.parentType.name}.${info.fieldName}`, SCOPE_OF_LOGIN[login]);
    const place = responsePlace(info);
    const reading = read.get(place) ?? readShared(context, info, noun, ids);
    read.set(place, reading);
    const found = await reading;
    return ids.flatMap((id) => found.get(id) ?? []);
  };
}

/** The response keys that lead to a field, the same for each row: what is selected below depends on them. */
export function responsePlace(info: GraphQLResolveInfo): string {
  const keys: string[] = [];
  for (let at: GraphQLResolveInfo['path'] | undefined = info.path; at !== undefined; at = at.prev)
    if (typeof at.key === 'string') keys.push(at.key);
  return keys.join(' ');
}
