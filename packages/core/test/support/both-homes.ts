import { it as jestIt } from '@jest/globals';

/** Where the session of the running test lives: in the memory of its manager, or in a memory store. */
export type HomeKind = 'memory' | 'store';

const current: { home: HomeKind } = { home: 'memory' };
export const home = (): HomeKind => current.home;

type Run = (...args: never[]) => unknown;

const playedOn =
  (kind: HomeKind, run: Run) =>
  async (...args: never[]): Promise<void> => {
    current.home = kind;
    try {
      await run(...args);
    } finally {
      current.home = 'memory';
    }
  };

/** What a manager promises holds in its own memory and on a store alike: each test is played on both. */
export function it(name: string, run: () => unknown, timeout?: number): void {
  // oxlint-disable-next-line jest/expect-expect, jest/valid-title -- the test that is played has them
  jestIt(name, playedOn('memory', run), timeout);
  // oxlint-disable-next-line jest/expect-expect -- the same
  jestIt(`${name}, on a store`, playedOn('store', run), timeout);
}

/** As jest's own `it.each`, whose types decide what a row is. */
it.each = ((rows: readonly never[]) => (name: string, run: Run, timeout?: number) => {
  const each = jestIt.each(rows) as (title: string, body: Run, limit?: number) => void;
  each(name, playedOn('memory', run), timeout);
  each(`${name}, on a store`, playedOn('store', run), timeout);
}) as unknown as (typeof jestIt)['each'];
