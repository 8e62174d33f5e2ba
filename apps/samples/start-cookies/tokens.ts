import axios from 'axios';

const baseURL = 'https://api.example.com';
const [api, auth] = [axios.create({ baseURL }), axios.create({ baseURL })];
const [email, password] = ['ann@example.com', 'correct horse'];

// from docs/start/cookies.md#the-tokens-are-in-httponly-cookies

if (session.status !== 'signedOut') throw new Error(session.status);
// from docs/start/cookies.md#the-tokens-are-in-httponly-cookies:2
await Promise.all(Array.from({ length: 20 }, () => api.get('/me')));
await report(['done']);
