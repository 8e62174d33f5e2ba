import axios from 'axios';

export const auth = axios.create({ baseURL: '/' });
export const api = axios.create({ baseURL: '/' });

// from docs/start/cookies.md#the-tokens-are-in-httponly-cookies

export { session };
