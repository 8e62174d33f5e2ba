import { createAuthFetch } from '@unexpired/fetch';
import { GraphQLClient } from 'graphql-request';
import type { TokenSource } from 'unexpired';
import { classifyGraphql } from './classify-graphql.ts';

export function graphqlClient(tokens: TokenSource, url: string): GraphQLClient {
  const { origin } = new URL(url);
  return new GraphQLClient(url, {
    fetch: createAuthFetch(tokens, { origins: [origin], classify: classifyGraphql }),
  });
}
