import type { TokenError } from '../../src/index.ts';
import { readAnswer } from '../../src/refresh/read-answer.ts';
import type { Classify } from '../../src/refresh/refusal-error.ts';
import { testClock } from './clock.ts';

export const NOW = Date.parse('2026-11-21T12:00:00Z');

export const read = async (
  answer: { thrown: unknown } | { value: unknown },
  fromNothing: boolean,
  [accessToken = 'a', refreshToken = 'r']: readonly string[] = [],
  classify?: Classify,
): Promise<TokenError> => {
  const found = await readAnswer(answer, {
    fromNothing,
    current: { accessToken, refreshToken },
    startedAt: NOW,
    classify,
    clock: testClock(NOW),
  });
  return 'error' in found ? found.error : Promise.reject(new Error('there were tokens'));
};

export const of = (thrown: unknown, secrets?: readonly string[]) =>
  read({ thrown }, false, secrets);

export const fromNothing = (thrown: unknown) => read({ thrown }, true);

export const axiosLike = (status: number, data?: unknown, headers: object = {}) =>
  Object.assign(new Error(`Request failed with status code ${status}`), {
    name: 'AxiosError',
    status,
    response: { status, data, headers },
  });

export const kyLike = (status: number, headers: Record<string, string> = {}) =>
  Object.assign(new Error(`Request failed with status code ${status}`), {
    name: 'HTTPError',
    response: new Response(null, { status, headers }),
  });

export const ky2Like = (status: number, data: unknown) => Object.assign(kyLike(status), { data });

export const oauth4webapiLike = (status: number, error: string) =>
  Object.assign(
    new Error('server responded with an error in the response body', { cause: { error } }),
    {
      name: 'ResponseBodyError',
      code: 'OAUTH_RESPONSE_BODY_ERROR',
      error,
      status,
      response: new Response(null, { status }),
    },
  );

export const plain = (status: number, body?: unknown) =>
  Object.assign(new Error('Refresh failed'), { status, body });

export const nest = (depth: number): unknown =>
  depth === 0 ? plain(401) : new Error('x', { cause: nest(depth - 1) });
