import type { Client, Limits } from '@unexpired/example-contenders/contender';
import { isAnswerTo } from './arena/api.ts';

/** One request, as its caller sees it. */
export interface Call {
  state: 'pending' | 'answered' | 'failed';
  error: unknown;
  /** Never rejects. */
  readonly settled: Promise<void>;
}

export function call(client: Client, path: string, limits?: Limits): Call {
  return follow(path, () => client.get(path, limits));
}

/** Follows what `send` sends for `path`. */
export function follow(path: string, send: () => Promise<unknown>): Call {
  const one: { -readonly [member in keyof Call]: Call[member] } = {
    state: 'pending',
    error: undefined,
    settled: Promise.resolve(),
  };
  one.settled = (async () => {
    try {
      const body = await send();
      one.state = isAnswerTo(path, body) ? 'answered' : 'failed';
    } catch (error) {
      one.error = error;
      one.state = 'failed';
    }
  })();
  return one;
}

/** Resolves when all are settled, or with `false` after `limit` ms. */
export function within(limit: number, work: Promise<unknown>): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, limit, false);
    work.then(() => resolve(true), reject).finally(() => clearTimeout(timer));
  });
}
