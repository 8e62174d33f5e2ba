// An axios app that exists, with a back end of its own.
import axios from 'axios';
import { createTokenManager, tokenErrorOf } from 'unexpired';
import { attachAuth } from '@unexpired/axios';

const api = axios.create({ baseURL: 'https://api.example.com' });

export const tokens = createTokenManager({
  refresh: ({ refreshToken }, { signal }) =>
    api.post('/auth/refresh', { refreshToken }, { signal }), // the answer as it comes
});
attachAuth(api, tokens); // the origin of baseURL

export async function login(email: string, password: string): Promise<void> {
  const { data } = await api.post('/auth/login', { email, password }); // nobody is signed in: goes out unsigned
  await tokens.setSession(data);
}

tokens.subscribe((event) => {
  if (event.type === 'signedOut' || event.type === 'sessionEnded') location.assign('/login'); // never at the first load
});

try {
  await api.get('/me'); // signed, refreshed when due, replayed after a 401
} catch (error) {
  if (tokenErrorOf(error)?.action === 'signIn') location.assign('/login');
}

// Another client: one route's 401 is about the old password, and the API has a status of its own for an expired token.
attachAuth(axios.create({ baseURL: '/api' }), tokens, {
  classify(response, request) {
    if (request.url.endsWith('/me/password')) return 'accepted';
    return response.status === 419 ? 'rejected' : undefined;
  },
});
// @ts-expect-error not a yes or no: `false` would have hidden every 401
attachAuth(api, tokens, { classify: (response) => response.status === 419 });
