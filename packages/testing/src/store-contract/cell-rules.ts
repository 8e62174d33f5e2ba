import { equal } from '../adapter-contract/check.ts';
import { holds, RICH, recordOf } from './records.ts';
import type { StoreRule } from './types.ts';

/** What one writer and one reader see. */
export function cellRules(rule: StoreRule): void {
  rule('has a name, the same for everybody who opens it', async (place) => {
    const { name } = place.open();
    equal([typeof name, name === '', place.open().name === name], ['string', false, true], 'name');
  });

  rule('holds nothing until somebody writes', async (place) => {
    equal(await place.open().read(), undefined, 'read');
  });

  rule(
    'reads what was written, with the version that the write gave, from everywhere',
    async (place) => {
      const [writer, other] = [place.open(), place.open()];
      const version = await writer.write(recordOf(1), undefined);
      equal(typeof version, 'string', 'the new version');
      await holds(writer, recordOf(1), version, 'read by the writer');
      await holds(other, recordOf(1), version, 'read by another');
    },
  );

  rule('replaces a record whole: nothing of the old one is left', async (place) => {
    const store = place.open();
    await store.write(recordOf(8), await store.write(RICH, undefined));
    await holds(place.open(), recordOf(8), undefined, 'read');
  });

  rule('shows who has read before what was written since', async (place) => {
    const [writer, other] = [place.open(), place.open()];
    equal(await other.read(), undefined, 'read before');
    let version: string | undefined;
    for (let gen = 1; gen <= 5; gen++) {
      version = await writer.write(recordOf(gen), version);
      await holds(other, recordOf(gen), version, 'read by another');
      await holds(writer, recordOf(gen), version, 'read by the writer');
    }
  });

  rule(
    'changes the version with every write, also when the same is written again',
    async (place) => {
      const store = place.open();
      let version = await store.write(recordOf(1), undefined);
      for (let count = 0; count < 5; count++) {
        const next = await store.write(recordOf(1), version);
        equal([typeof next, next === version], ['string', false], 'another version');
        version = next;
      }
    },
  );

  rule('keeps the version while nobody writes', async (place) => {
    const store = place.open();
    const version = await store.write(recordOf(1), undefined);
    for (let count = 0; count < 3; count++) await holds(place.open(), recordOf(1), version, 'read');
  });

  rule(
    'refuses a write that expects a version which was replaced, and leaves what is there',
    async (place) => {
      const [one, other] = [place.open(), place.open()];
      const first = await one.write(recordOf(1), undefined);
      const second = await other.write(recordOf(2), first);
      equal(await one.write(recordOf(3), first), undefined, 'the late write');
      await holds(one, recordOf(2), second, 'read');
    },
  );

  rule('refuses a write that expects nothing where something is', async (place) => {
    const version = await place.open().write(recordOf(1), undefined);
    equal(await place.open().write(recordOf(2), undefined), undefined, 'the write');
    await holds(place.open(), recordOf(1), version, 'read');
  });

  rule('refuses a write that expects something where nothing is', async (place) => {
    // Not the first that a counter has: that may be the number of a row without a record, which no reader has been given.
    equal(await place.open().write(recordOf(1), '7'), undefined, 'the write');
    equal(await place.open().read(), undefined, 'read');
  });
}
