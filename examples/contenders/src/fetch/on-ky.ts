import type { KyInstance } from 'ky';
import type { Client } from '../contender.ts';

export function onKy(api: KyInstance): Client {
  return {
    get: (path, { signal, timeout } = {}) =>
      api
        .get(path, {
          ...(signal === undefined ? {} : { signal }),
          ...(timeout === undefined ? {} : { timeout }),
        })
        .json(),
    post: (path, body) => api.post(path, { body }).json(),
  };
}
