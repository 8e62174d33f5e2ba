import { createAuthFetch } from '@unexpired/fetch';
import OpenAI from 'openai';
import { TokenError, type TokenSource } from 'unexpired';

export function openaiClient(tokens: TokenSource, baseURL: string): OpenAI {
  const { origin } = new URL(baseURL);
  return new OpenAI({
    baseURL,
    async apiKey() {
      const found = await tokens.getToken();
      if (!found) throw new TokenError('ERR_SIGNED_OUT', { message: 'Nobody is signed in' });
      return found.accessToken;
    },
    fetch: createAuthFetch(tokens, { origins: [origin] }),
  });
}
