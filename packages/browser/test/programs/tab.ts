// Runs in a page: one of many tabs of an app. Does what it is told from outside.
import { createAuthFetch } from '@unexpired/fetch';
import {
  type Clock,
  createTokenManager,
  type RefreshLock,
  type SessionRecord,
  storageStore,
  type TokenError,
  type TokenEvent,
  type TokenManager,
  type TokenResponse,
  tokenErrorOf,
  type TokenStore,
} from 'unexpired';
import { systemClock } from 'unexpired/adapter';
import { browserStore, webLock } from '../../src/index.ts';
import type {
  Answers,
  Held,
  Order,
  Step,
  TabControl,
  WorkerKind,
  WorkerOrder,
} from '../support/tab.ts';

declare global {
  var tab: TabControl;
  /** Takes a lock, and holds it for good. */
  var holdLock: (name: string) => Promise<void>;
  /** What a task is given that has the lock. */
  var holdBriefly: (name: string) => Promise<Held>;
  /** Behind the store's back. */
  var putIntoDatabase: (value: object) => Promise<unknown>;
  var takeFromDatabase: () => Promise<unknown>;
  /** Opens the database, and makes way for nobody. */
  var holdDatabase: () => Promise<void>;
  var deleteDatabase: (name: string) => Promise<void>;
  /** Keeps everybody else from the database, until what it resolves with is called. */
  var blockDatabase: () => Promise<void>;
  var unblockDatabase: () => void;
  /** Writes by a `browserStore()` over what it has written before. Resolves with `written`, or the code of the error. */
  var writeToStore: (gen: number) => Promise<unknown>;
  /** Tells a worker something, the same one of its kind each time. */
  var tellWorker: (kind: WorkerKind, order: WorkerOrder) => Promise<Answers | Held>;
  var endWorker: () => void;
}

const starts = new BroadcastChannel('start');
starts.addEventListener('message', () => begin());
const events: TokenEvent[] = [];
let tokens: TokenManager;
let authFetch: typeof fetch;
let offset = 0;
let results: Promise<Answers>;
let lastError: TokenError | undefined;
let catchAt: Step | undefined;
let begin = (): void => undefined;
let goOn = (): void => undefined;
let whenCaught: () => void;
const caught = new Promise<void>((resolve) => (whenCaught = resolve));
let whenLockAsked: () => void;
const lockAsked = new Promise<void>((resolve) => (whenLockAsked = resolve));

/** The page's own clock, ahead by what it was told to. */
const timers = new Set<{ readonly due: number; run(): void }>();
const clock: Clock = {
  now: () => Date.now() + offset,
  monotonic: () => performance.now() + offset,
  setTimeout(task, delay, background) {
    const timer = {
      due: clock.monotonic() + delay,
      run() {
        cancel();
        task();
      },
    };
    const stop = systemClock.setTimeout(timer.run, delay, background);
    const cancel = (): void => {
      timers.delete(timer);
      stop();
    };
    timers.add(timer);
    return cancel;
  },
};

async function at(step: Step): Promise<void> {
  if (catchAt !== step) return;
  catchAt = undefined;
  const gone = new Promise<void>((resolve) => (goOn = resolve));
  whenCaught();
  await gone;
}

/** A store and its lock, with places where a flight can be caught. */
function watched(inner: TokenStore): TokenStore {
  let locked = false;
  const lock: RefreshLock | undefined = inner.lock && {
    request(name, options, task) {
      const request = (inner.lock as RefreshLock).request(name, options, async (held) => {
        locked = true;
        return task(held).finally(() => (locked = false));
      });
      whenLockAsked();
      return request;
    },
  };
  return {
    ...inner,
    lock,
    async read() {
      if (locked) await at('F2 under the lock');
      return inner.read();
    },
    async write(record, expected) {
      const version = await inner.write(record, expected);
      await at(record.intent === undefined ? 'F7 after the commit' : 'F4 after the intent');
      return version;
    },
  };
}

async function ask({ advance, requests }: Order): Promise<Answers> {
  offset += advance;
  const settled = await Promise.allSettled(
    Array.from({ length: requests }, (_, index) => authFetch(`/api/${index}`)),
  );
  const errors = settled.flatMap((one) =>
    one.status === 'rejected' ? [one.reason as unknown] : [],
  );
  lastError = errors.map(tokenErrorOf).find((error) => error !== undefined) ?? lastError;
  return {
    statuses: settled.flatMap((one) => (one.status === 'fulfilled' ? [one.value.status] : [])),
    errors: errors.map((error) => tokenErrorOf(error)?.code ?? String(error)),
  };
}

globalThis.tab = {
  open({ catch: step, skewWindow, store, whenSignedOut } = {}) {
    catchAt = step;
    tokens = createTokenManager({
      store: store === undefined ? watched(browserStore()) : storageStore(localStorage, 'session'),
      skewWindow,
      clock,
      async refresh({ refreshToken = '' }, { signal }) {
        await at('F6 before the call');
        const body = new URLSearchParams({
          grant_type: 'refresh_token',
          refresh_token: refreshToken,
        });
        const response = await fetch('/token', { method: 'POST', body, signal });
        const answer = (await response.json()) as TokenResponse;
        await at('F6 after the answer');
        if (!response.ok)
          throw Object.assign(new Error('The refresh was refused'), {
            response: { status: response.status, data: answer },
          });
        return answer;
      },
    });
    tokens.subscribe((event) => events.push(event));
    authFetch = createAuthFetch(tokens, {
      origins: ['self'],
      allowInsecureOrigins: true,
      whenSignedOut,
    });
  },
  async setSession(answer) {
    try {
      await tokens.setSession(answer);
      return undefined;
    } catch (error) {
      lastError = tokenErrorOf(error);
      return lastError?.code ?? String(error);
    }
  },
  signOut: () => tokens.signOut(),
  ask,
  prepare(order) {
    results = new Promise((resolve) => {
      begin = () => resolve(ask(order));
    });
  },
  start() {
    starts.postMessage('');
    begin(); // a channel does not hear itself
  },
  prepared: () => results,
  caught: () => caught,
  goOn: () => goOn(),
  waitsForLock: () => lockAsked,
  pass(ms) {
    offset += ms;
    const due = [...timers].filter((timer) => timer.due <= clock.monotonic());
    for (const timer of due.sort((one, other) => one.due - other.due)) timer.run();
  },
  toldOf: (type) =>
    new Promise((resolve) => {
      const isIt = (event: TokenEvent): boolean =>
        event.type === type && 'by' in event && event.by === 'peer';
      if (events.some(isIt)) resolve();
      else tokens.subscribe((event) => isIt(event) && resolve());
    }),
  status: () => tokens.status,
  lastError: () =>
    lastError && {
      code: lastError.code,
      message: lastError.message,
      delivery: lastError.delivery,
    },
  lastCause() {
    // An error of one request has the one that all of them share behind it.
    const { cause } = tokenErrorOf(lastError?.cause) ?? lastError ?? {};
    return cause instanceof Error
      ? { code: (cause as { code?: unknown }).code, message: cause.message }
      : undefined;
  },
  close: () => tokens.close(),
};

const opened = (): Promise<IDBDatabase> =>
  new Promise((resolve, reject) => {
    const request = indexedDB.open('unexpired');
    request.addEventListener('success', () => resolve(request.result));
    request.addEventListener('error', () => reject(new Error('not opened')));
  });

const inDatabase = async (use: (cells: IDBObjectStore) => IDBRequest): Promise<unknown> => {
  const db = await opened();
  const request = use(db.transaction('sessions', 'readwrite').objectStore('sessions'));
  await new Promise((resolve) => request.transaction?.addEventListener('complete', resolve));
  db.close();
  return request.result;
};

globalThis.putIntoDatabase = (value) => inDatabase((cells) => cells.put(value, 'session'));
globalThis.takeFromDatabase = () => inDatabase((cells) => cells.get('session'));
globalThis.holdDatabase = () => opened().then(() => undefined);
globalThis.deleteDatabase = (name) =>
  new Promise((resolve, reject) => {
    const request = indexedDB.deleteDatabase(name);
    request.addEventListener('success', () => resolve());
    request.addEventListener('error', () => reject(new Error('not deleted')));
  });

let unblock = (): void => undefined;
globalThis.blockDatabase = async () => {
  const db = await opened();
  const cells = db.transaction('sessions', 'readwrite').objectStore('sessions');
  let free = false;
  unblock = () => {
    free = true;
    db.close();
  };
  const goOn = (): void => {
    if (!free) cells.get('session').addEventListener('success', goOn); // a transaction lives for as long as it is asked
  };
  goOn();
};
globalThis.unblockDatabase = () => unblock();
let writtenVersion: string | undefined;
globalThis.writeToStore = async (gen) => {
  const record: SessionRecord = {
    v: 1,
    session: 'direct',
    gen,
    status: 'active',
    tokens: { accessToken: `access-${gen}` },
    issuedAt: 1,
    turn: 1,
  };
  try {
    writtenVersion = await browserStore().write(record, writtenVersion);
    return writtenVersion === undefined ? 'conflict' : 'written';
  } catch (error) {
    return (error as { code?: unknown }).code;
  }
};

const holdBriefly = (name: string): Promise<Held> =>
  webLock().request(name, {}, async (held) => held && { ...held, signal: undefined });

const workers = new Map<WorkerKind, Promise<Worker | MessagePort | ServiceWorker>>();

async function startWorker(kind: WorkerKind): Promise<Worker | MessagePort | ServiceWorker> {
  const script = '/script/tab';
  if (kind === 'worker') return new Worker(script);
  if (kind === 'shared worker') return new SharedWorker(script).port;
  const { installing, waiting, active } = await navigator.serviceWorker.register(script);
  return (installing ?? waiting ?? active) as ServiceWorker;
}

globalThis.tellWorker = async (kind, order) => {
  const worker = workers.get(kind) ?? startWorker(kind);
  workers.set(kind, worker);
  const { port1, port2 } = new MessageChannel();
  const answer = new Promise<Answers | Held>((resolve) => {
    port1.addEventListener('message', ({ data }) => resolve(data as Answers | Held));
  });
  port1.start();
  (await worker).postMessage(order, [port2]);
  return answer;
};
globalThis.endWorker = () =>
  void workers.get('worker')?.then((worker) => (worker as Worker).terminate());

let isOpen = false;
async function obey(order: WorkerOrder): Promise<Answers | Held> {
  if ('hold' in order) return holdBriefly(order.hold);
  if (!isOpen) tab.open('catch' in order ? order : {});
  isOpen = true;
  if ('toldOf' in order) return tab.toldOf(order.toldOf).then(() => undefined);
  const answers = ask({ advance: order.ask, requests: 1 });
  return 'catch' in order ? caught.then(() => undefined) : answers;
}
if (!('document' in globalThis)) {
  const onOrder = (event: Event): void => {
    const { data, ports } = event as MessageEvent<WorkerOrder>;
    const done = obey(data).then((answer) => ports[0]?.postMessage(answer));
    (event as { waitUntil?: (until: Promise<unknown>) => void }).waitUntil?.(done); // or the browser may end a service worker before that
  };
  globalThis.addEventListener('message', onOrder);
  globalThis.addEventListener('connect', (event) => {
    const [port] = (event as MessageEvent).ports;
    port?.addEventListener('message', onOrder);
    port?.start();
  });
}

globalThis.holdBriefly = holdBriefly;
globalThis.holdLock = (name) =>
  new Promise((resolve, reject) => {
    const held = webLock().request(name, {}, () => {
      resolve();
      return new Promise(() => undefined);
    });
    held.catch(reject);
  });
