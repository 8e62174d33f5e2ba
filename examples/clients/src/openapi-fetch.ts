import { createAuthFetch } from '@unexpired/fetch';
import createClient, { type Client } from 'openapi-fetch';
import type { TokenSource } from 'unexpired';

// `Paths` is what openapi-typescript makes of your API's description.
export function openapiClient<Paths extends object>(
  tokens: TokenSource,
  baseUrl: string,
): Client<Paths> {
  const { origin } = new URL(baseUrl);
  return createClient<Paths>({ baseUrl, fetch: createAuthFetch(tokens, { origins: [origin] }) });
}
