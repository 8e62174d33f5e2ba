import { expect, it } from '@jest/globals';
import type { PostgresPool } from '../src/index.ts';
import { topicOf, wakeUpOf } from '../src/wake-up.ts';

/** Bytes that PostgreSQL takes as the payload of a notification. */
const LONGEST = 7999;

it('no notification is longer than PostgreSQL takes it, however many rows were written at once', async () => {
  const rows = 500;
  const payloads: string[] = [];
  let items = 0;
  await new Promise<void>((resolve) => {
    const pool: PostgresPool = {
      connect: () => Promise.reject(new Error('nobody listens')),
      async query(_text, values = []) {
        const payload = String(values[1]);
        payloads.push(payload);
        items += payload.split(',').length;
        if (items === rows) resolve();
        return { rows: [] };
      },
    };
    const wakeUp = wakeUpOf(pool);
    for (let row = 0; row < rows; row++)
      wakeUp.tell(topicOf('changed', '"sessions"', `acme:${row}`), crypto.randomUUID());
  });
  expect(Math.max(...payloads.map(({ length }) => length))).toBeLessThanOrEqual(LONGEST);
});
