import type { RefreshLock } from 'unexpired';
import { rejection } from '../adapter-contract/check.ts';

type Held = Parameters<Parameters<RefreshLock['request']>[2]>[0];

/** A request whose task goes on until it is told to end. */
export interface Holding {
  /** Resolves when the task runs, with what it was given; rejects when the request does before that. */
  readonly granted: Promise<Held>;
  readonly isGranted: () => boolean;
  /** Ends the task, and resolves when the request has ended. */
  release(): Promise<void>;
  /** What became of the request. */
  readonly ended: Promise<unknown>;
}

export function hold(lock: RefreshLock, name: string, signal?: AbortSignal): Holding {
  let granted = false;
  let release = (): void => undefined;
  let grant: (held: Held) => void;
  let refuse: (error: unknown) => void;
  const free = new Promise<void>((resolve) => (release = resolve));
  const whenGranted = new Promise<Held>((resolve, reject) => ([grant, refuse] = [resolve, reject]));
  const ended = lock.request(name, signal === undefined ? {} : { signal }, async (held) => {
    granted = true;
    grant(held);
    await free;
  });
  ended.catch((error: unknown) => refuse(error));
  whenGranted.catch(() => undefined); // a rule that does not ask for it asks for `ended`
  return {
    granted: whenGranted,
    isGranted: () => granted,
    ended,
    async release() {
      release();
      await ended;
    },
  };
}

/** Takes the lock and gives it back. */
export const pass = (lock: RefreshLock, name: string): Promise<void> =>
  lock.request(name, {}, async () => undefined);

/** The reason why a request was never granted; throws when it was. Its task would otherwise go on for ever, and the rule with it. */
export const refusal = (request: Holding): Promise<unknown> =>
  Promise.race([
    rejection(request.ended),
    request.granted.then(
      () => Promise.reject(new Error('granted where it was to be refused')),
      () => rejection(request.ended),
    ),
  ]);

/** A turn of the event loop. */
export const turn = (): Promise<void> => new Promise((resolve) => setTimeout(resolve));
