import { createAuthFetch } from '@unexpired/fetch';
import { type $Fetch, ofetch } from 'ofetch';
import type { TokenSource } from 'unexpired';

export function ofetchClient(tokens: TokenSource, baseURL: string): $Fetch {
  const { origin } = new URL(baseURL);
  return ofetch.create(
    { baseURL },
    { fetch: createAuthFetch(tokens, { origins: [origin], whenSignedOut: 'reject' }) },
  );
}
