import type {
  Client,
  Contender,
  Limits,
  Started,
  TokenResponse,
} from '@unexpired/example-contenders/contender';
import type { Arena } from './arena/types.ts';
import { pause } from './arena/clock.ts';
import type { Place } from './cell/place.ts';
import { type Call, call, follow, within } from './calls.ts';
import type { Observed } from './observed.ts';

/** The servers, and one contender who is signed in. */
interface Seat {
  readonly arena: Arena;
  readonly contender: Contender;
  readonly started: Started;
  readonly client: Client;
  readonly signedIn: TokenResponse;
  /** For more processes of the same app. */
  readonly place: Place;
}

/** What a scenario plays with, and an account of what was asked. */
export interface Stage extends Seat {
  /** How many requests make a crowd. */
  readonly crowd: number;
  /** Sends requests at the same moment, each for another path. */
  ask(count: number, how?: Asking): Call[];
  post(path: string, send: (client: Client) => Promise<unknown>): Call;
  /** Waits for them, `limit` ms at the most. */
  settle(calls: readonly Call[], limit?: number): Promise<void>;
  /** Counts calls that others made. */
  count(others: readonly Pick<Call, 'state'>[]): void;
  /** Sends one more request, again every second for up to `limit` ms until it is answered. */
  goOn(limit?: number): Promise<void>;
  /** How one more request went, where the scenario sent it by other means. */
  sawAfterwards(how: Observed['afterwards']): void;
  /** The app announces its login again. */
  announce(): Promise<void>;
  /** `delay` in ms. */
  wait(delay: number): Promise<void>;
  note(name: string, value: string | number | boolean): void;
  observed(): Observed;
}

export interface Asking {
  readonly client?: Client;
  /** What the paths start with. */
  readonly under?: string;
  readonly limits?: Limits;
}

/** Ms until a caller that still waits counts as hung. */
const PATIENCE = 10_000;

export function createStage(seat: Seat): Stage {
  const { arena, started, client, signedIn } = seat;
  const calls: Pick<Call, 'state'>[] = [];
  const notes: Record<string, string | number | boolean> = {};
  let afterwards: Observed['afterwards'];
  let paths = 0;
  const counted = (state: Call['state']): number =>
    calls.filter((one) => one.state === state).length;

  return {
    ...seat,
    crowd: 20,
    ask(count, { client: other = client, under = '/orders', limits } = {}) {
      const asked = Array.from({ length: count }, () =>
        call(other, `${under}/${(paths += 1)}`, limits),
      );
      calls.push(...asked);
      return asked;
    },
    post(path, send) {
      const posted = follow(path, () => send(client));
      calls.push(posted);
      return posted;
    },
    async settle(some, limit = PATIENCE) {
      await within(limit, Promise.all(some.map(({ settled }) => settled)));
    },
    count: (others) => void calls.push(...others),
    async goOn(limit = PATIENCE) {
      const end = performance.now() + limit;
      for (let tries = 0; tries === 0 || performance.now() < end; tries += 1) {
        if (tries > 0) await pause(1000);
        const one = call(client, '/orders/afterwards');
        await within(Math.max(end - performance.now(), 1000), one.settled);
        afterwards = one.state === 'pending' ? 'hung' : one.state;
        if (afterwards !== 'failed') return;
      }
    },
    sawAfterwards: (how) => void (afterwards = how),
    async announce() {
      await started.setSession(signedIn);
    },
    wait: pause,
    note: (name, value) => void (notes[name] = value),
    observed: () => ({
      asked: calls.length,
      answered: counted('answered'),
      failed: counted('failed'),
      hung: counted('pending'),
      refreshes: arena.server.counters.calls,
      reuses: arena.server.counters.reuseDetections,
      session: arena.server.counters.sessionsRevoked === 0 ? 'alive' : 'lost',
      ...(afterwards === undefined ? {} : { afterwards }),
      notes,
    }),
  };
}
