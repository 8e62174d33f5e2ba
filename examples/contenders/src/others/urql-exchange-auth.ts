import { Client as Urql, fetchExchange, gql } from '@urql/core';
import { authExchange } from '@urql/exchange-auth';
import { isRefused, redeemWithFetch } from '../app/redeem.ts';
import { tokensIn } from '../app/tokens-in.ts';
import type { App, Contender, TokenResponse } from '../contender.ts';

const QUERY = gql`query ($path: String!) { get(path: $path) }`;

/** @urql/exchange-auth as its README sets it up; its queries ask for the same orders. */
export const urqlExchangeAuth: Contender = {
  id: 'urql',
  name: '@urql/exchange-auth',
  about: 'Refreshes once for all, before an operation by the time and after a 401.',
  ours: false,
  on: 'GraphQL',
  docs: 'https://github.com/urql-graphql/urql/tree/main/exchanges/auth#quick-start-guide',
  source: new URL(import.meta.url),

  start(app) {
    const tokens = tokensIn(app.storage);
    const expiry = { at: Number.POSITIVE_INFINITY };
    const setSession = (response: TokenResponse): void => {
      tokens.setSession(response);
      expiry.at = Date.now() + (response.expires_in ?? Number.POSITIVE_INFINITY) * 1000;
    };
    return {
      client() {
        const client = createClient(app, { ...tokens, setSession }, expiry);
        return {
          cannotAbort: true,
          cannotTimeOut: true,
          async get(path) {
            const { data, error } = await client
              .query<{ get: unknown }>(QUERY, { path }, { requestPolicy: 'network-only' })
              .toPromise();
            if (error) throw error;
            return data?.get;
          },
        };
      },
      setSession,
      signOut: tokens.signOut,
    };
  },
};

function createClient(
  app: App,
  tokens: ReturnType<typeof tokensIn>,
  expiry: { readonly at: number },
): Urql {
  return new Urql({
    url: `${app.apiOrigin}/graphql`,
    preferGetMethod: false,
    exchanges: [
      authExchange(async (utils) => ({
        addAuthToOperation(operation) {
          const accessToken = tokens.read()?.access_token;
          if (!accessToken) return operation;
          return utils.appendHeaders(operation, { Authorization: `Bearer ${accessToken}` });
        },
        willAuthError: () => tokens.read() !== undefined && Date.now() >= expiry.at,
        didAuthError: (error) => (error.response as Response | undefined)?.status === 401,
        async refreshAuth() {
          try {
            tokens.setSession(await redeemWithFetch(app, tokens.read()?.refresh_token));
          } catch (error) {
            if (isRefused(error)) tokens.signOut();
            throw error;
          }
        },
      })),
      fetchExchange,
    ],
  });
}
