import { createAuthFetch } from '@unexpired/fetch';
import { GraphQLClient } from 'graphql-request';
import type { TokenSource } from 'unexpired';
import { isTokenRejectedByGraphql } from './graphql-rejection.ts';

export function graphqlClient(tokens: TokenSource, url: string): GraphQLClient {
  const { origin } = new URL(url);
  return new GraphQLClient(url, {
    fetch: createAuthFetch(tokens, { origins: [origin], isRejected: isTokenRejectedByGraphql }),
  });
}
