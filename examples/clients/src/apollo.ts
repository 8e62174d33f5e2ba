import { HttpLink } from '@apollo/client';
import { createAuthFetch } from '@unexpired/fetch';
import type { TokenSource } from 'unexpired';
import { classifyGraphql } from './classify-graphql.ts';

export function apolloLink(tokens: TokenSource, uri: string): HttpLink {
  const { origin } = new URL(uri);
  return new HttpLink({
    uri,
    fetch: createAuthFetch(tokens, { origins: [origin], classify: classifyGraphql }),
  });
}
