import type { TokenEvent } from '../../src/index.ts';
import { type Renewable, renewable, type RenewableOptions } from '../../src/renewable.ts';
import { type TestClock, testClock } from '../support/clock.ts';
import { seededRandom } from '../support/random.ts';

/** What a database says of a password that it does not take. */
export class Refused extends Error {
  readonly code = '28P01';
}

/** A login that is made, refused and disposed of; `n` is the how manyth it is. */
export interface Login {
  readonly n: number;
}

/** A renewable on a clock that stands still, over logins that can be taken back. */
export interface TestLogins {
  readonly clock: TestClock;
  readonly logins: Renewable<Login>;
  readonly disposed: number[];
  readonly events: TokenEvent[];
  readonly made: () => number;
  /** The server takes back every login that has been made. */
  takeBack(): void;
  /** A task, as a query does it. */
  query(login: Login): Promise<number>;
}

export function testLogins(
  options: Partial<RenewableOptions<Login>> = {},
  lifetime = 3_600_000,
): TestLogins {
  const clock = testClock();
  const disposed: number[] = [];
  const events: TokenEvent[] = [];
  let made = 0;
  let dead = 0;
  const logins = renewable<Login>({
    acquire: async () => ({ value: { n: ++made }, expiresAt: clock.now() + lifetime }),
    isRejected: (error) => error instanceof Refused,
    dispose: ({ n }) => void disposed.push(n),
    clock,
    random: seededRandom(1),
    ...options,
  });
  logins.subscribe((event) => events.push(event));
  return {
    clock,
    logins,
    disposed,
    events,
    made: () => made,
    takeBack: () => void (dead = made),
    async query({ n }) {
      if (n <= dead) throw new Refused('password authentication failed');
      return n;
    },
  };
}

/** A promise, and what settles it. */
export function gate<Value = void>(): {
  readonly promise: Promise<Value>;
  open(value: Value): void;
  fail(error: unknown): void;
} {
  let open: (value: Value) => void = () => undefined;
  let fail: (error: unknown) => void = () => undefined;
  const promise = new Promise<Value>((resolve, reject) => {
    open = resolve;
    fail = reject;
  });
  return { promise, open, fail };
}

export const HOUR = 3_600_000;

export const reasonOf = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => undefined,
    (error: unknown) => error,
  );

export const throwing = (thrown: unknown) => async (): Promise<never> => {
  throw thrown;
};

export const hundred = <T>(task: () => Promise<T>): Promise<T>[] =>
  Array.from({ length: 100 }, task);
