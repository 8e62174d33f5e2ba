import { equal } from '../adapter-contract/check.ts';
import { recordOf, turn } from './records.ts';
import type { Cell, StoreRule } from './types.ts';

/** What holds where a store has `subscribe`. A call may be lost, so these write until one comes. */
export function subscribingRules(rule: StoreRule): void {
  rule('gives what unsubscribes at once', async (place) => {
    place.open().subscribe?.(() => undefined)();
  });

  rule('tells subscribers of what others write; it can be read by then', async (place) => {
    const [writer, listener] = [place.open(), place.open()];
    const heard = counter(listener);
    if (heard === undefined) return;
    const version = await writeUntil(writer, () => heard.count > 0);
    equal((await listener.read())?.version, version, 'the version read');
    heard.stop();
  });

  rule(
    'tells each of several who use the same store of what is written through it',
    async (place) => {
      const store = place.open();
      const [one, other] = [counter(store), counter(store)];
      if (one === undefined || other === undefined) return;
      await writeUntil(store, () => one.count > 2 && other.count > 2);
      one.stop();
      other.stop();
    },
  );

  rule('tells nobody who has unsubscribed, however often', async (place) => {
    const [writer, listener] = [place.open(), place.open()];
    const [left, stays] = [counter(listener), counter(listener)];
    if (left === undefined || stays === undefined) return;
    left.stop();
    left.stop();
    await writeUntil(writer, () => stays.count > 2);
    equal(left.count, 0, 'calls after unsubscribing');
    stays.stop();
  });

  rule('works on for the others when one subscriber leaves, and for later ones', async (place) => {
    const [writer, listener] = [place.open(), place.open()];
    counter(listener)?.stop();
    const later = counter(listener);
    if (later === undefined) return;
    await writeUntil(writer, () => later.count > 0);
    later.stop();
  });
}

interface Counter {
  readonly count: number;
  stop(): void;
}

/** Counts calls; `undefined` where the store has no `subscribe`. */
function counter(store: Cell): Counter | undefined {
  let count = 0;
  const stop = store.subscribe?.(() => count++);
  return (
    stop && {
      stop,
      get count() {
        return count;
      },
    }
  );
}

async function writeUntil(store: Cell, done: () => boolean): Promise<string | undefined> {
  let version = (await store.read())?.version;
  for (let gen = 1; !done(); gen++) {
    if (gen > 1000) throw new Error('no subscriber was told of 1000 writes');
    version = await store.write(recordOf(gen), version);
    await turn(); // for whatever brings the news
  }
  return version;
}
