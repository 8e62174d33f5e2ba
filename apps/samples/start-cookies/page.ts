import axios from 'axios';

const baseURL = 'https://api.example.com';
const [api, auth] = [axios.create({ baseURL }), axios.create({ baseURL })];
const [email, password] = ['ann@example.com', 'correct horse'];
await auth.post('/auth/login', { email, password });

// from docs/start/cookies.md#the-refresh-token-is-in-a-cookie-the-access-token-in-memory

await Promise.all(Array.from({ length: 20 }, () => api.get('/me')));
await report(['done']);
