import { graphql } from './gql';

export const EntriesDocument = graphql(`
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
`);

export const ChangesDocument = graphql(`
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
`);

export const PlanDocument = graphql(`
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
`);

export const ReviewDocument = graphql(`
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
`);

export const CutDocument = graphql(`
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
`);
