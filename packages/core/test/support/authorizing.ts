import { createAuthorizer } from '../../src/http/authorizer.ts';
import type { Signature } from '../../src/http/signature.ts';
import type { ApiResponse, AuthOptions } from '../../src/http/options.ts';
import type { TokenSource } from '../../src/source.ts';

export const URL_ = 'https://api.example.com/a';

export const OPTIONS: AuthOptions = { origins: ['https://api.example.com'] };

export const source = (over: Partial<TokenSource> = {}): TokenSource => ({
  getToken: async () => ({ accessToken: 'one' }),
  replaceRejected: async () => ({ accessToken: 'two' }),
  ...over,
});

export const answer = (status = 401, url = ''): ApiResponse => ({
  url,
  status,
  headers: new Headers(),
  json: async () => undefined,
});

export const signed = async (
  tokens: TokenSource,
  options: Partial<AuthOptions> = {},
  signal?: AbortSignal,
): Promise<Signature> => {
  const signature = await createAuthorizer(tokens, { ...OPTIONS, ...options })({
    method: 'GET',
    url: URL_,
    signal,
  });
  if (!signature) throw new Error('not signed');
  return signature;
};

/** What becomes of an answer to a request that was signed so. */
export const judging = async (...how: Parameters<typeof signed>): Promise<Signature['judge']> => {
  const signature = await signed(...how);
  return (response, replayable) => signature.judge(response, replayable);
};

export const caught = async (promise: Promise<unknown> | undefined): Promise<unknown> => {
  try {
    return await promise;
  } catch (error) {
    return error;
  }
};
