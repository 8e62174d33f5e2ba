import { equal } from '../adapter-contract/check.ts';
import { randomRecord, seededRandom } from './random-records.ts';
import { holds, LATER, RICH } from './records.ts';
import type { StoreRule } from './types.ts';

/** How many random records are written. */
const RECORDS = 40;

/** What is written is what is read. `seed`: what the random records are drawn from. */
export function keepingRules(rule: StoreRule, seed: number): void {
  rule('gives back every member of a record and any text as it was', async (place) => {
    await place.open().write(RICH, undefined);
    await holds(place.open(), RICH, undefined, 'read');
  });

  rule('keeps members that it does not know, which a later version has written', async (place) => {
    await place.open().write(LATER, undefined);
    await holds(place.open(), LATER, undefined, 'read');
  });

  rule('gives back whatever was written, and nothing of what was there before', async (place) => {
    const [writer, reader] = [place.open(), place.open()];
    const random = seededRandom(seed);
    let version: string | undefined;
    try {
      for (let gen = 0; gen < RECORDS; gen++) {
        const record = randomRecord(random, gen);
        version = await writer.write(record, version);
        equal(typeof version, 'string', 'the new version');
        await holds(reader, record, version, 'read');
      }
    } catch (error) {
      throw new Error(`${(error as Error).message} (seed ${seed})`, { cause: error });
    }
  });
}
