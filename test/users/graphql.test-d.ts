// GraphQL: auth errors in a 200 body; client credentials.
import { HttpLink } from '@apollo/client';
import { createTokenManager } from 'unexpired';
import { isTokenRejected } from 'unexpired/adapter';
import { createAuthFetch } from '@unexpired/fetch';
import { clientCredentialsGrant } from '@unexpired/oauth';
const tokens = createTokenManager({
  acquire: clientCredentialsGrant({
    tokenEndpoint: 'https://id.example.com/token',
    clientId: 'x',
    clientSecret: 'y',
  }),
});
const link = new HttpLink({
  uri: 'https://api.example.com/graphql',
  fetch: createAuthFetch(tokens, {
    origins: ['https://api.example.com'],
    async isRejected(response) {
      if (isTokenRejected(response)) return true;
      const body = (await response.json()) as
        | { data?: unknown; errors?: { extensions?: { code?: string } }[] }
        | undefined;
      return (
        body?.data == null &&
        (body?.errors?.some((error) => error.extensions?.code === 'UNAUTHENTICATED') ?? false)
      ); // data: something ran, do not replay
    },
  }),
});
void link;
