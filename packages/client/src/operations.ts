/** The operations of the command line and of a usual client, with the types of their variables and results. */
export * from '../../../src/client/generated/graphql.ts';
