export { attachAuth } from './attach-auth.ts';
export type { AxiosLike } from './axios-like.ts';
