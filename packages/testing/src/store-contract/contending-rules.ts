import type { SessionRecord } from 'unexpired';
import { canonical, equal } from '../adapter-contract/check.ts';
import { bulky, holds, recordOf, turn } from './records.ts';
import type { Cell, StoreRule } from './types.ts';

/** What holds while many write at the same time. */
export function contendingRules(rule: StoreRule, writers: number): void {
  rule('lets exactly one of many writers win each version', async (place) => {
    const stores = Array.from({ length: writers }, () => place.open());
    let version: string | undefined;
    for (let round = 0; round < 10; round++) {
      const expected = version;
      const written = await Promise.all(
        stores.map((store, index) => store.write(recordOf(round, `writer-${index}`), expected)),
      );
      const winner = written.findIndex((won) => won !== undefined);
      equal(written.filter((won) => won !== undefined).length, 1, `winners of round ${round}`);
      version = written[winner];
      await holds(
        place.open(),
        recordOf(round, `writer-${winner}`),
        version,
        `after round ${round}`,
      );
    }
  });

  rule('loses no write of many who read, add one, and write until they succeed', async (place) => {
    const addOne = async (store: Cell): Promise<void> => {
      for (let tries = 0; tries < 100 * writers; tries++) {
        const stored = await store.read();
        const gen = stored === undefined ? 0 : (stored.value as SessionRecord).gen;
        if ((await store.write(recordOf(gen + 1), stored?.version)) !== undefined) return;
      }
      throw new Error(`refused ${100 * writers} times`);
    };
    await Promise.all(Array.from({ length: writers }, () => addOne(place.open())));
    await holds(place.open(), recordOf(writers), undefined, 'in the end');
  });

  rule(
    'shows one whole record or another, never a part of one, and never an older one again',
    async (place) => {
      const [writer, reader] = [place.open(), place.open()];
      let version = await writer.write(bulky(0), undefined);
      let writing = true;
      const reading = (async () => {
        for (let last = 0; writing; ) {
          const seen = (await reader.read())?.value as SessionRecord;
          if (canonical(seen) !== canonical(bulky(seen.gen)))
            throw new Error(`what was read is not what was written as ${seen.gen}`);
          if (seen.gen < last) throw new Error(`${seen.gen} was read after ${last}`);
          last = seen.gen;
          await turn(); // a store that reads from memory would never let its own writes go on
        }
      })();
      try {
        for (let gen = 1; gen <= 20; gen++) version = await writer.write(bulky(gen), version);
      } finally {
        writing = false;
      }
      await reading;
      await holds(reader, bulky(20), version, 'in the end');
    },
  );
}
