// One process of many on a credentials file. Does what its parent tells it.
import fs from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';
import { fileStore } from '@unexpired/node';
import { refreshTokenGrant, revokeToken } from '@unexpired/oauth';
import { createTokenManager, type RefreshLock, tokenErrorOf, type TokenStore } from 'unexpired';
import type { Answers, Order, Setup, Step } from '../support/orders.ts';

const setup = JSON.parse(process.argv[2] ?? '') as Setup;
const send = (kind: string, body?: unknown): void => void process.send?.({ kind, body });
let goOn = (): void => undefined;
let caught = false;

async function at(step: Step): Promise<void> {
  if (caught || setup.catch?.step !== step) return;
  caught = true;
  const { how } = setup.catch;
  if (how === 'wait') {
    const gone = new Promise<void>((resolve) => (goOn = resolve));
    send('caught');
    return gone;
  }
  process.kill(process.pid, how);
}

const { rename } = fs;
fs.rename = async (from, to) => {
  if (committing) await at('F7 before the rename');
  return rename(from, to);
};
syncBuiltinESMExports();

const files = fileStore(setup.file);
let locked = false;
let committing = false;
const store: TokenStore = {
  ...files,
  async read() {
    await at(locked ? 'F2 under the lock' : 'F1 before the lock');
    return files.read();
  },
  async write(record, expected) {
    const intent = record.intent !== undefined;
    await at(intent ? 'F4 before the intent' : 'F7 before the commit');
    committing = !intent;
    const version = await files.write(record, expected);
    await at(intent ? 'F4 after the intent' : 'F7 after the commit');
    return version;
  },
};
const lock: RefreshLock = {
  request: (name, options, task) =>
    (files.lock as RefreshLock).request(name, options, async (held) => {
      locked = true;
      const result = await task(held);
      await at('F9 before the release');
      locked = false;
      return result;
    }),
};

const server = { tokenEndpoint: setup.tokenEndpoint, clientId: setup.clientId };
const grant = refreshTokenGrant(server);
let offset = 0;
const tokens = createTokenManager({
  store,
  lock,
  clock: {
    now: () => Date.now() + offset,
    monotonic: () => performance.now() + offset,
    setTimeout(task, delay, background = false) {
      const timer = setTimeout(task, Math.min(delay, 2 ** 31 - 1));
      if (background) timer.unref();
      return () => clearTimeout(timer);
    },
  },
  async refresh(current, context) {
    await at('F6 before the call');
    const answer = await grant(current, context);
    await at('F6 after the answer');
    return answer;
  },
  revoke: revokeToken({ revocationEndpoint: setup.revocationEndpoint, clientId: setup.clientId }),
});
tokens.subscribe((event) => {
  if (event.type === 'refreshed' && event.by === 'self') void at('F8 after publishing');
});

async function ask({ advance, requests }: Extract<Order, { kind: 'ask' }>): Promise<Answers> {
  offset += advance;
  const settled = await Promise.allSettled(Array.from({ length: requests }, () => tokens.getTokens()));
  return {
    tokens: settled.flatMap((one) => (one.status === 'fulfilled' ? [one.value?.accessToken] : [])),
    errors: settled.flatMap((one) => (one.status === 'rejected' ? [tokenErrorOf(one.reason)?.code ?? String(one.reason)] : [])),
  };
}

process.on('message', (order: Order) => {
  if (order.kind === 'ask') void ask(order).then((answers) => send('answers', answers));
  else if (order.kind === 'signOut')
    void tokens.signOut().then(
      () => send('signedOut'),
      (error: unknown) => send('signedOut', tokenErrorOf(error)?.code),
    );
  else if (order.kind === 'go') goOn();
  else void tokens.close().then(() => process.disconnect());
});
send('ready');
