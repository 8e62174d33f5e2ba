import type { Client } from '../contender.ts';

/** Calls of `send` as its users write them: an answer that is no 2xx is theirs to judge. */
export function onFetch(apiOrigin: string, send: typeof fetch): Client {
  const read = async (response: Response): Promise<unknown> => {
    const body: unknown = await response.json();
    if (!response.ok)
      throw Object.assign(new Error(`The API answered ${response.status}.`), {
        status: response.status,
      });
    return body;
  };
  return {
    async get(path, { signal, timeout } = {}) {
      const limits = [
        ...(signal === undefined ? [] : [signal]),
        ...(timeout === undefined ? [] : [AbortSignal.timeout(timeout)]),
      ];
      const init = limits.length === 0 ? {} : { signal: AbortSignal.any(limits) };
      return await read(await send(apiOrigin + path, init));
    },
    async post(path, body) {
      const init = body instanceof FormData ? { body } : { body, duplex: 'half' };
      return await read(await send(apiOrigin + path, { method: 'POST', ...init }));
    },
  };
}
