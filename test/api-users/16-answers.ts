// What a refresh may give back: the usual one-liners, and what does not compile.
import axios from 'axios';
import got from 'got';
import ky from 'ky';
import { createTokenManager, type RefreshFunction } from 'unexpired';

const url = 'https://id.example.com/refresh';
export const functions: RefreshFunction[] = [
  ({ refreshToken }, { signal }) =>
    fetch(url, { method: 'POST', body: JSON.stringify({ refreshToken }), signal }),
  ({ refreshToken }, { signal }) => axios.post(url, { refreshToken }, { signal }),
  ({ refreshToken }, { signal }) => ky.post(url, { json: { refreshToken }, signal }),
  ({ refreshToken }, { signal }) => ky.post(url, { json: { refreshToken }, signal }).json(),
  ({ refreshToken }, { signal }) =>
    got.post(url, { json: { refreshToken }, responseType: 'json', signal }),
  async ({ refreshToken }) => (await axios.post(url, { refreshToken })).data,
  async ({ refreshToken }) => {
    const { jwt } = await ky.post(url, { json: { refreshToken } }).json<{ jwt: string }>();
    return { accessToken: jwt };
  },
];
// @ts-expect-error Property 'accessToken' is missing
createTokenManager({ refresh: async () => ({ token: 'x', refreshToken: 'y' }) });
// @ts-expect-error forgot to return
createTokenManager({ refresh: async () => {} });
// @ts-expect-error a store has a session of its own
createTokenManager({ refresh: functions[0]!, store: memoryStore(), tokens: { accessToken: 'a' } });
import { memoryStore } from 'unexpired';
// @ts-expect-error neither refresh nor acquire
createTokenManager({});
