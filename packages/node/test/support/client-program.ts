// What every process or thread of many on one store does, whatever the store: what its parent tells it.
import { parentPort } from 'node:worker_threads';
import { refreshTokenGrant, revokeToken } from '@unexpired/oauth';
import {
  type Clock,
  createTokenManager,
  type RefreshLock,
  type TokenStore,
  tokenErrorOf,
} from 'unexpired';
import type { Answers, Order, Refreshed, Setup, Step } from './orders.ts';

/** Where a process may be killed, or wait until it is told to go on. */
export interface Catcher {
  at(step: Step): Promise<void>;
  goOn(): void;
}

const send = (kind: string, body?: unknown): void => {
  if (parentPort === null) process.send?.({ kind, body });
  else parentPort.postMessage({ kind, body });
};

export function createCatcher(setup: Setup): Catcher {
  let release = (): void => undefined;
  let caught = false;
  return {
    goOn: () => release(),
    async at(step) {
      if (caught || setup.catch?.step !== step) return;
      caught = true;
      const { how } = setup.catch;
      if (how === 'wait') {
        const gone = new Promise<void>((resolve) => (release = resolve));
        send('caught');
        return gone;
      }
      process.kill(process.pid, how);
    },
  };
}

/** `writing` is told before each write whether it commits something. */
export function runClient(
  setup: Setup,
  inner: TokenStore,
  { at, goOn }: Catcher,
  writing: (commits: boolean) => void = () => undefined,
): void {
  let locked = false;
  /** What the server gave. What is stored without an intent need not be an answer: where a lease runs out, the intent goes and nothing was sent. */
  const given = new Set<string>();
  const store: TokenStore = {
    ...inner,
    async read() {
      await at(locked ? 'F2 under the lock' : 'F1 before the lock');
      return inner.read();
    },
    async write(record, expected) {
      const commits = given.has(record.tokens?.accessToken ?? '');
      const intends = record.intent !== undefined && !commits;
      if (intends) await at('F4 before the intent');
      if (commits) await at('F7 before the commit');
      writing(commits);
      const version = await inner.write(record, expected);
      if (intends) await at('F4 after the intent');
      if (commits) await at('F7 after the commit');
      return version;
    },
  };
  const watch = (lock: RefreshLock): RefreshLock => ({
    request: (name, options, task) =>
      lock.request(name, options, async (held) => {
        locked = true;
        const result = await task(held);
        await at('F9 before the release');
        locked = false;
        return result;
      }),
  });

  const grant = refreshTokenGrant({ tokenEndpoint: setup.tokenEndpoint, clientId: setup.clientId });
  let offset = 0;
  const clock: Clock = {
    now: () => Date.now() + offset,
    monotonic: () => performance.now() + offset,
    setTimeout(task, delay, background = false) {
      const timer = setTimeout(task, Math.min(delay, 2 ** 31 - 1));
      if (background) timer.unref();
      return () => clearTimeout(timer);
    },
  };
  const tokens = createTokenManager({
    name: setup.name,
    store: inner.lock === undefined ? store : { ...store, lock: watch(inner.lock) },
    clock,
    rotation: setup.rotation,
    async refresh(current, context) {
      await at('F6 before the call');
      const answer = await grant(current, context);
      if ('access_token' in answer) given.add(answer.access_token);
      await at('F6 after the answer');
      return answer;
    },
    revoke: revokeToken({ revocationEndpoint: setup.revocationEndpoint, clientId: setup.clientId }),
  });
  tokens.subscribe((event) => {
    if (event.type !== 'refreshed') return;
    send('refreshed', {
      by: event.by,
      at: performance.timeOrigin + performance.now(),
    } satisfies Refreshed);
    if (event.by === 'self') void at('F8 after publishing');
  });

  const ask = async ({ advance, requests }: Extract<Order, { kind: 'ask' }>): Promise<Answers> => {
    offset += advance;
    const settled = await Promise.allSettled(
      Array.from({ length: requests }, () => tokens.getToken()),
    );
    return {
      tokens: settled.flatMap((one) =>
        one.status === 'fulfilled' ? [one.value?.accessToken] : [],
      ),
      errors: settled.flatMap((one) =>
        one.status === 'rejected' ? [tokenErrorOf(one.reason)?.code ?? String(one.reason)] : [],
      ),
    };
  };

  const leave = (): void => (parentPort === null ? process.disconnect() : parentPort.close());
  const obey = (order: Order): void => {
    if (order.kind === 'ask') void ask(order).then((answers) => send('answers', answers));
    else if (order.kind === 'signOut')
      void tokens.signOut().then(
        () => send('signedOut'),
        (error: unknown) => send('signedOut', tokenErrorOf(error)?.code),
      );
    else if (order.kind === 'go') goOn();
    else void tokens.close().then(leave);
  };
  if (parentPort === null) process.on('message', obey);
  else parentPort.on('message', obey);
  send('ready');
}
