export type { RemoteAnswer, RemoteFetch, RemoteTokensOptions } from './options.ts';
export type { News, OnNews, RemoteEvents } from './news.ts';
export { remoteEvents, type RemoteEventsOptions } from './remote-events.ts';
export { remoteTokens } from './remote-tokens.ts';
