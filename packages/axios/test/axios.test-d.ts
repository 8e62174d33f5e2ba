// Every type build of axios fits without importing it.
import { attachAuth } from '@unexpired/axios';
import axios from 'axios';
import type { TokenSource } from 'unexpired';

declare const source: TokenSource;
const options = { origins: ['https://api.example.com', new URL('https://other.example.com')] };

const detach: () => void = attachAuth(axios.create(), source, options);
attachAuth(axios, 'token', options);
attachAuth(axios.create(), () => 'token', options);
attachAuth(
  axios,
  async ({ rejected, signal }) =>
    rejected === undefined && !signal?.aborted
      ? { accessToken: 'a', tokenType: 'DPoP' }
      : undefined,
  {
    ...options,
    allowInsecureOrigins: undefined,
    classify: (response, { method, url }) =>
      response.status === 419
        ? 'rejected'
        : method === 'POST' && url.endsWith('/password')
          ? 'accepted'
          : undefined,
  },
);
detach();

void axios.get('/public', { tokens: false });
void axios.get('/other', { tokens: source });
void axios.request({ url: '/other', tokens: undefined });
// @ts-expect-error a number is no source
void axios.get('/other', { tokens: 1 });
attachAuth(axios, source);
// @ts-expect-error a boolean would switch the 401 off without a word
attachAuth(axios, source, { classify: (response) => response.status === 419 });
// @ts-expect-error not an instance
attachAuth({}, source, options);
