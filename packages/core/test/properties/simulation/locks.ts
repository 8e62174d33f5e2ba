import type { RefreshLock } from '../../../src/session/lock.ts';
import type { Core } from './core.ts';
import type { LockKind } from './setting.ts';
import type { Timeline } from './timeline.ts';

/** Ms after which the lease of a holder that died runs out. */
const LEASE = 30_000;

/** A lock that several managers share, and a view of it for each of them. */
export interface SharedLock {
  /** `index`: the place of the manager, which decides where not all have the same lock. */
  view(by: number, index: number): RefreshLock | undefined;
  /** The holder's lease runs out, and it learns of that a little later. Says whose, if there was one. */
  loseLease(): number | undefined;
  /** A process is gone: what frees itself on death comes free at once, a lease in time. */
  died(by: number): void;
  /** Does this manager wait for somebody else to release the lock? */
  queued(by: number): boolean;
  /** Does it know that the lease under which its task runs has run out? */
  lapsed(by: number): boolean;
}

interface Place {
  readonly by: number;
  readonly lease: AbortController | undefined;
  granting: boolean;
  readonly grant: () => void;
}

/** In the shape of Web Locks: freed on death. With `leased`, a lease that can run out under its holder. */
function queueingLock(timeline: Timeline, leased: boolean): SharedLock {
  let holder: Place | undefined;
  const queue: Place[] = [];
  const running = new Map<number, Place>();

  const next = (): void => {
    const first = queue[0];
    if (holder !== undefined || first === undefined || first.granting) return;
    first.granting = true;
    void timeline.gate('lockGrant', first.by).then(() => {
      first.granting = false;
      if (queue[0] !== first || holder !== undefined) return next();
      queue.shift();
      holder = first;
      first.grant();
    });
  };
  const release = (place: Place): void => {
    if (holder !== place) return;
    holder = undefined;
    next();
  };
  const leave = (place: Place): void => {
    const index = queue.indexOf(place);
    if (index >= 0) queue.splice(index, 1);
    next();
  };

  return {
    view: (by) => ({
      async request(name, { signal }, task) {
        if (signal?.aborted) throw signal.reason;
        if ((await timeline.gate('lockRequest', by)) === 'lockFails')
          throw new Error('The lock is down');
        const place = await new Promise<Place>((resolve, reject) => {
          if (signal?.aborted) return reject(signal.reason);
          const onAbort = (): void => {
            leave(own);
            reject(signal?.reason);
          };
          const own: Place = {
            by,
            lease: leased ? new AbortController() : undefined,
            granting: false,
            grant() {
              signal?.removeEventListener('abort', onAbort);
              resolve(own);
            },
          };
          signal?.addEventListener('abort', onAbort);
          queue.push(own);
          next();
        });
        running.set(by, place);
        try {
          return await task(
            place.lease === undefined
              ? { name, freedOnDeath: 'the browser' }
              : { name, signal: place.lease.signal },
          );
        } finally {
          if (running.get(by) === place) running.delete(by);
          release(place);
        }
      },
    }),
    loseLease() {
      const loser = holder;
      if (loser?.lease === undefined) return undefined;
      release(loser);
      void timeline
        .gate('leaseNotice', loser.by)
        .then(() => loser.lease?.abort(new Error('The lease ran out')));
      return loser.by;
    },
    died(by) {
      for (const place of [...queue]) if (place.by === by) leave(place);
      const held = holder;
      if (held?.by !== by) return;
      if (!leased) release(held);
      else timeline.clock(0, () => 0).setTimeout(() => release(held), LEASE);
    },
    queued: (by) => queue.some((place) => place.by === by),
    lapsed: (by) => running.get(by)?.lease?.signal.aborted === true,
  };
}

/** The library's own lock, behind a gate so that others can be first. */
function processLock(core: Core, timeline: Timeline): SharedLock {
  const lock = core.mutexLock();
  const waiting = new Map<number, number>();
  const count = (by: number, change: number): void =>
    void waiting.set(by, (waiting.get(by) ?? 0) + change);
  return {
    view: (by) => ({
      async request(name, options, task) {
        if ((await timeline.gate('lockRequest', by)) === 'lockFails')
          throw new Error('The lock is down');
        count(by, 1);
        let waits = true;
        const end = (): void => {
          if (waits) count(by, -1);
          waits = false;
        };
        return lock
          .request(name, options, (held) => {
            end();
            return task(held);
          })
          .finally(end);
      },
    }),
    loseLease: () => undefined,
    died: () => undefined,
    queued: (by) => (waiting.get(by) ?? 0) > 0,
    lapsed: () => false,
  };
}

/** Web Locks at one place, a lock of its own at another, and none at the third. */
function mixedLocks(core: Core, timeline: Timeline): SharedLock {
  const web = queueingLock(timeline, false);
  return {
    ...web,
    view: (by, index) =>
      index === 0 ? web.view(by, index) : index === 1 ? core.mutexLock() : undefined,
  };
}

/** Grants like Web Locks, but calls the task a second time, also after it has failed, and hangs when it should release. */
function hostileLock(timeline: Timeline): SharedLock {
  const web = queueingLock(timeline, false);
  let turn = 0;
  return {
    ...web,
    view(by, index) {
      const lock = web.view(by, index) as RefreshLock;
      return {
        async request(name, options, task) {
          const kind = turn++ % 4;
          const late = (): void => {
            void timeline.gate('leaseNotice', by).then(() => task({ name }).catch(() => undefined));
          };
          const result = await lock.request(name, options, async (held) => {
            const first = task(held);
            if (kind === 1) void task(held).catch(() => undefined);
            if (kind === 2) first.then(late, late);
            return first;
          });
          if (kind === 3) return new Promise(() => undefined);
          return result;
        },
      };
    },
  };
}

export function createLock(core: Core, kind: LockKind, timeline: Timeline): SharedLock {
  if (kind === 'mixed') return mixedLocks(core, timeline);
  if (kind === 'hostile') return hostileLock(timeline);
  if (kind === 'none') return { ...processLock(core, timeline), view: () => undefined };
  return kind === 'process'
    ? processLock(core, timeline)
    : queueingLock(timeline, kind === 'lease');
}
