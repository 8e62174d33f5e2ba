import { systemClock } from 'unexpired/adapter';
import { redisDown } from './failure.ts';
import { isIoRedis, type RedisLike } from './redis-like.ts';

/** Ms that Redis gets for one answer: clients keep commands for as long as they are not connected, some for ever. */
export const ANSWER_LIMIT = 5000;

/** A Lua script on these keys, which are all in one slot. Rejects with a typed error when Redis cannot be asked. */
export type Run = (
  script: string,
  keys: readonly string[],
  args: readonly string[],
) => Promise<unknown>;

/** One round trip each: the script goes along with every call, so that a Redis that was restarted knows it. */
export function scriptRunner(client: RedisLike, where: string): Run {
  const send = (args: string[]): Promise<unknown> =>
    isIoRedis(client) ? client.call('EVAL', ...args) : client.sendCommand(['EVAL', ...args]);
  return (script, keys, args) =>
    new Promise((resolve, reject) => {
      const late = (): void =>
        reject(redisDown(where, new Error(`Redis gave no answer within ${ANSWER_LIMIT} ms`)));
      const cancel = systemClock.setTimeout(late, ANSWER_LIMIT, true);
      Promise.resolve()
        .then(() => send([script, String(keys.length), ...keys, ...args]))
        .then(resolve, (error: unknown) => reject(redisDown(where, error)))
        .finally(cancel);
    });
}
