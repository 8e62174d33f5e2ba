import axios from 'axios';
import createAuthRefreshInterceptor from 'axios-auth-refresh';

export const api = axios.create({ baseURL: 'https://api.example.com' });
const auth = axios.create({ baseURL: 'https://api.example.com' });

api.interceptors.request.use((config) => {
  config.headers.Authorization = `Bearer ${localStorage.getItem('access_token')}`;
  return config;
});

createAuthRefreshInterceptor(api, (failedRequest) =>
  auth
    .post('/auth/refresh', { refreshToken: localStorage.getItem('refresh_token') })
    .then(({ data }) => {
      localStorage.setItem('access_token', data.access_token);
      localStorage.setItem('refresh_token', data.refresh_token);
      failedRequest.response.config.headers.Authorization = `Bearer ${data.access_token}`;
    }),
);
