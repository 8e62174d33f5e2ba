// What takes a fetch takes ours, and ours takes every fetch.
import { type AuthFetch, type AuthFetchOptions, createAuthFetch } from '@unexpired/fetch';
import { kyAuth } from '@unexpired/fetch/ky';
import ky, { type KyInstance } from 'ky';
import * as undici from 'undici';
import type { TokenSource } from 'unexpired';

declare const source: TokenSource;
const options = { origins: ['https://api.example.com'] };

const authFetch: AuthFetch = createAuthFetch(source, { ...options, fetch: undici.fetch });
const platform: typeof fetch = authFetch;
createAuthFetch('token', { ...options, fetch: undefined });
createAuthFetch('token', { ...options, fetch: async (input, init) => fetch(input, init) });
const custom: AuthFetchOptions['fetch'] = platform;
void custom;

const response: Response = await authFetch('https://api.example.com/me', {
  tokens: false,
  cache: 'no-store',
});
await authFetch(new URL('https://api.example.com/me'), { tokens: source });
await authFetch('https://api.example.com/file', {
  method: 'PUT',
  body: () => new Blob().stream(),
  duplex: 'half',
});
await authFetch(new Request('https://api.example.com/me'));
// What some clients pass, tRPC among them, under exactOptionalPropertyTypes.
await authFetch('https://api.example.com/me', { signal: undefined, body: undefined });
void response;

const extended: KyInstance = ky.extend(kyAuth(source, options));
await extended.get('https://api.example.com/me', { tokens: false }).json();
kyAuth(source);
// @ts-expect-error a fetch has no base URL that origins could default to
createAuthFetch(source, {});
// @ts-expect-error nothing to get a token from
createAuthFetch(undefined, options);
