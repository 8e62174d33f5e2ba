import { Octokit } from '@octokit/core';
import { createAuthFetch } from '@unexpired/fetch';
import type { TokenSource } from 'unexpired';

export function octokitClient(tokens: TokenSource, baseUrl: string, Kit = Octokit): Octokit {
  const { origin } = new URL(baseUrl);
  return new Kit({
    baseUrl, // https://api.github.com; no `auth`
    request: { fetch: createAuthFetch(tokens, { origins: [origin], whenSignedOut: 'reject' }) },
  });
}
