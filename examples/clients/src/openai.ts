import { createAuthFetch } from '@unexpired/fetch';
import OpenAI from 'openai';
import type { TokenSource } from 'unexpired';

export function openaiClient(tokens: TokenSource, baseURL: string): OpenAI {
  const { origin } = new URL(baseURL);
  return new OpenAI({
    baseURL,
    apiKey: 'unused', // it insists on one, and sends it: overwriteHeader puts the token in its place
    fetch: createAuthFetch(tokens, {
      origins: [origin],
      overwriteHeader: true,
      whenSignedOut: 'reject',
    }),
  });
}
