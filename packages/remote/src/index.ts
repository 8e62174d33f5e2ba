export type { RemoteAnswer, RemoteFetch, RemoteTokensOptions } from './options.ts';
export { remoteTokens } from './remote-tokens.ts';
