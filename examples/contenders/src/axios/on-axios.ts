import axios, { type AxiosInstance } from 'axios';
import type { App, Client } from '../contender.ts';

/** An axios instance of the app, with what `attach` puts on it. */
export function onAxios(app: App, attach: (api: AxiosInstance) => void): Client {
  const api = axios.create({ baseURL: app.apiOrigin, httpAgent: app.agent });
  if (app.plugin?.place === 'inside') app.plugin.attach(api);
  attach(api);
  if (app.plugin?.place === 'outside') app.plugin.attach(api);
  return {
    get: async (path, { signal, timeout } = {}) =>
      (
        await api.get<unknown>(path, {
          ...(signal === undefined ? {} : { signal }),
          ...(timeout === undefined ? {} : { timeout }),
        })
      ).data,
    // The adapter for fetch takes such a stream as it is, the one for node:http takes Node's.
    post: async (path, body) =>
      (await api.post<unknown>(path, body instanceof FormData ? body : await nodeStream(body)))
        .data,
  };
}

async function nodeStream(body: ReadableStream<Uint8Array>): Promise<unknown> {
  const { Readable } = await import('node:stream');
  return Readable.fromWeb(body as Parameters<typeof Readable.fromWeb>[0]);
}
