/** Reads one entry by its id, and remembers on this page that somebody has looked at it. */
import { commitLocalUpdate, fetchQuery, graphql } from 'react-relay';
import type { Environment } from 'relay-runtime';
import type { lookNodeQuery } from './__generated__/lookNodeQuery.graphql';
import type { lookSeenQuery } from './__generated__/lookSeenQuery.graphql';

export async function look(environment: Environment, id: string): Promise<string> {
  const asked = graphql`
    query lookNodeQuery($id: ID!) {
      node(id: $id) {
        __typename
        ... on Entry {
          kind
          emittedAt
        }
      }
    }
  `;
  const answer = await fetchQuery<lookNodeQuery>(environment, asked, { id }).toPromise();
  if (answer?.node?.__typename !== 'Entry') throw new Error('There is no such entry.');
  commitLocalUpdate(environment, (store) => {
    const { updatableData } = store.readUpdatableQuery<lookSeenQuery>(
      graphql`
        query lookSeenQuery($id: ID!) @updatable {
          node(id: $id) {
            ... on Entry {
              __typename
              seen
            }
          }
        }
      `,
      { id },
    );
    if (updatableData.node?.__typename === 'Entry') updatableData.node.seen = true;
  });
  return `${answer.node.kind} of ${answer.node.emittedAt}`;
}
