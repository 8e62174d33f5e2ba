import { it as jestIt } from '@jest/globals';

/** Where the session of the running test lives: in the memory of its manager, or in a memory store. */
export type HomeKind = 'memory' | 'store';

const current: { home: HomeKind } = { home: 'memory' };
export const home = (): HomeKind => current.home;

const playedOn =
  <Arguments extends unknown[]>(kind: HomeKind, run: (...args: Arguments) => unknown) =>
  async (...args: Arguments): Promise<void> => {
    current.home = kind;
    try {
      await run(...args);
    } finally {
      current.home = 'memory';
    }
  };

/** What a manager promises holds in its own memory and on a store alike: each test is played on both. */
export function it(name: string, run: () => unknown): void {
  jestIt(name, playedOn('memory', run));
  jestIt(`${name}, on a store`, playedOn('store', run));
}

it.each =
  <Row>(rows: readonly Row[]) =>
  (
    name: string,
    run: (...args: Row extends readonly unknown[] ? [...Row] : [Row]) => unknown,
  ): void => {
    const each = jestIt.each(rows as readonly never[]) as (
      title: string,
      body: (...args: never[]) => unknown,
    ) => void;
    each(name, playedOn('memory', run as never));
    each(`${name}, on a store`, playedOn('store', run as never));
  };
