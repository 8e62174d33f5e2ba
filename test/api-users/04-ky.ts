// ky, and a shop's API with a header of its own.
import ky from 'ky';
import { createTokenManager } from 'unexpired';
import { kyAuth } from '@unexpired/fetch/ky';

const tokens = createTokenManager({
  tokens: { access_token: 'a', refresh_token: 'r', expires_in: 3600 }, // no store: the session to begin with
  refresh: ({ refreshToken }, { signal }) =>
    ky.post('https://id.example.com/refresh', { json: { refreshToken }, signal }),
  classify: ({ status, error }) =>
    status === 403 || error === 'bad_refresh_token' ? 'signIn' : undefined,
});

export const api = ky.create({ baseUrl: 'https://api.example.com' }).extend(kyAuth(tokens)); // the origin of baseUrl
await api.get('me').json();
await api.get('public', { tokens: false }).json();

export const shop = ky.extend(
  kyAuth(() => process.env.SHOP_TOKEN, {
    origins: ['https://x.myshopify.com'],
    header: 'X-Shopify-Access-Token',
  }),
);

export const graphql = ky.extend(
  kyAuth(tokens, {
    origins: ['https://api.example.com'],
    async classify(response) {
      const body = (await response.json()) as
        | { errors?: { extensions?: { code?: string } }[] }
        | undefined;
      return body?.errors?.some((error) => error.extensions?.code === 'UNAUTHENTICATED')
        ? 'rejected'
        : undefined;
    },
  }),
);
