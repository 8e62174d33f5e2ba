import type { TokenSource } from 'unexpired';

export const HERE = 'https://api.example.com';

export const OPTIONS = { origins: [HERE] };

export const source = (over: Partial<TokenSource> = {}): TokenSource => ({
  getToken: async () => ({ accessToken: 'old' }),
  replaceRejected: async () => ({ accessToken: 'good' }),
  ...over,
});

/** An underlying fetch that keeps what it was called with, and answers as told, else with 200. */
export const stub = (...answers: Response[]) => {
  const calls: [unknown, RequestInit | undefined][] = [];
  const fetch = async (...call: [unknown, RequestInit?]): Promise<Response> => {
    calls.push([call[0], call[1] && { ...call[1] }]);
    return answers.shift() ?? new Response('ok');
  };
  return { calls, fetch };
};

export const header = (init: RequestInit | undefined): string | null =>
  new Headers(init?.headers).get('authorization');
