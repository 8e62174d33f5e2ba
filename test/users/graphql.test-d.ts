// GraphQL: auth errors in a 200 body; client credentials.
import { HttpLink } from '@apollo/client';
import { createTokenManager } from 'unexpired';
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
    async classify(response) {
      if (response.status !== 200) return undefined;
      const body = (await response.json()) as
        | { data?: unknown; errors?: { extensions?: { code?: string } }[] }
        | undefined;
      return body?.data == null && // data: something ran, do not replay
        body?.errors?.some((error) => error.extensions?.code === 'UNAUTHENTICATED')
        ? 'rejected'
        : undefined;
    },
  }),
});
void link;
