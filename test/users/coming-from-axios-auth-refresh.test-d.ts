// Coming from axios-auth-refresh: skipAuthRefresh, shouldRefresh.
import axios from 'axios';
import { createTokenManager } from 'unexpired';
import { attachAuth } from '@unexpired/axios';
const api = axios.create({ baseURL: 'https://api.example.com' }); // delete the interceptor that set Authorization
const tokens = createTokenManager({
  tokens: { accessToken: localStorage.token, refreshToken: localStorage.rt },
  async refresh({ refreshToken }, { signal }) {
    const { data } = await api.post('/auth/refresh', { refreshToken }, { signal }); // skipAuthRefresh: not needed
    return { accessToken: data.token, refreshToken: data.refreshToken };
  },
});
const detach = attachAuth(api, tokens, {
  origins: ['https://api.example.com'],
  classify: async (response) =>
    ((await response.json()) as any)?.code === 'TOKEN_EXPIRED' ? 'rejected' : undefined, // shouldRefresh
});
await api.get('/public', { tokens: false }); // skipAuthRefresh
detach();
