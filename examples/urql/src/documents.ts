import { gql } from '@urql/core';

export interface Entry {
  readonly id: string;
  readonly entryId: string;
  readonly status: string;
}

/** An outcome is its success, or a refusal with a sentence for people. */
export type Outcome<Success> = { readonly __typename: string } & (Success | { readonly message: string });

export const EntriesDocument = gql<
  { entries: { edges: { node: Entry }[]; pageInfo: { endCursor: string | null; hasNextPage: boolean } } },
  { first: number; after: string | null }
>`
  query Entries($first: Int!, $after: String) {
    entries(first: $first, after: $after) {
      edges {
        node {
          id
          entryId
          status
        }
      }
      pageInfo {
        endCursor
        hasNextPage
      }
    }
  }
`;

export const ChangesDocument = gql<{ history: Change }, Record<string, never>>`
  subscription Changes($after: String) {
    history(after: $after) {
      __typename
      ... on Ready {
        cursor
        head
        heartbeatMs
        incarnation
      }
      ... on HistoryEvent {
        cursor
        position
        rows {
          historyId
          position
          entry {
            id
            status
          }
        }
      }
      ... on CaughtUp {
        cursor
      }
      ... on Heartbeat {
        cursor
        head
      }
      ... on Reset {
        reason
        message
      }
    }
  }
`;
export interface Change {
  readonly __typename: string;
  readonly rows?: readonly { readonly entry: { readonly id: string } }[];
}

export const PlanDocument = gql<{ outcome: Outcome<{ manifestDigest: string }> }, { entryId: string }>`
  query Plan($entryId: UUID!) {
    outcome: planCut(entryId: $entryId) {
      __typename
      ... on Plan {
        manifestDigest
      }
      ... on Refusal {
        message
      }
    }
  }
`;

export const ReviewDocument = gql<{ outcome: Outcome<{ entry: Entry }> }, { input: object }>`
  mutation Review($input: ReviewInput!) {
    outcome: review(input: $input) {
      __typename
      ... on ReviewSuccess {
        entry {
          id
          status
        }
      }
      ... on Refusal {
        message
      }
    }
  }
`;

export const CutDocument = gql<{ outcome: Outcome<{ replayed: boolean; entry: Entry }> }, { input: object }>`
  mutation Cut($input: CutInput!) {
    outcome: cut(input: $input) {
      __typename
      ... on CutSuccess {
        replayed
        entry {
          id
          status
        }
      }
      ... on Refusal {
        message
      }
    }
  }
`;
