import ky from 'ky';
import { tokensIn } from '../app/tokens-in.ts';
import type { Contender, TokenResponse } from '../contender.ts';
import { onKy } from './on-ky.ts';

/** What ky 2's README shows under `afterResponse`: "retry with a fresh token on a 401 error". */
export const kyReadmeRecipe: Contender = {
  id: 'ky-recipe',
  name: "ky's README recipe",
  about:
    'Every request that gets a 401 redeems the refresh token for itself, in an afterResponse hook.',
  ours: false,
  on: 'ky',
  docs: 'https://github.com/sindresorhus/ky#hooksafterresponse',
  source: new URL(import.meta.url),

  start({ apiOrigin, tokenEndpoint, clientId, storage }) {
    const tokens = tokensIn(storage);
    const api = ky.create({
      baseUrl: apiOrigin,
      timeout: false,
      hooks: {
        beforeRequest: [
          ({ request }) => {
            request.headers.set('Authorization', `Bearer ${tokens.read()?.access_token}`);
          },
        ],
        afterResponse: [
          async ({ request, response, retryCount }) => {
            if (response.status !== 401 || retryCount !== 0) return;
            const form = new URLSearchParams({
              grant_type: 'refresh_token',
              refresh_token: tokens.read()?.refresh_token ?? '',
              client_id: clientId,
            });
            const renewed = await ky
              .post(tokenEndpoint, { body: form, timeout: false })
              .json<TokenResponse>();
            tokens.setSession(renewed);
            const headers = new Headers(request.headers);
            headers.set('Authorization', `Bearer ${renewed.access_token}`);
            return ky.retry({
              request: new Request(request, { headers }),
              code: 'TOKEN_REFRESHED',
            });
          },
        ],
      },
    });

    return { ...tokens, client: () => onKy(api) };
  },
};
