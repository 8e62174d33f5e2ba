// From the answer of the token endpoint, after which one replica commits the rotation, to a client of the other that hears of it.
import { remoteEvents, remoteTokens } from '@unexpired/remote';
import { median } from '../support/median.ts';
import { decimals, printTable } from '../support/print.ts';
import { rotate, startFleet } from './fleet.ts';
import { deposit } from './servers.ts';

const ROUNDS = 200;

export async function handOver(): Promise<void> {
  const fleet = await startFleet(5);
  const [first, second] = fleet.replicas;
  const key = fleet.keys[0]?.key ?? '';
  const service = { url: second.origin, credentials: key };
  /** When the event had come that the session has changed, and when the client had the new token. */
  const told: number[] = [];
  const had: number[] = [];
  let heard: (() => void) | undefined;
  const events = remoteEvents({
    ...service,
    fetch: async (url, init) => {
      if (url.endsWith('/token')) heard?.(); // it asks at once for what it was told of
      return fetch(url, init);
    },
  });
  try {
    for (let round = 0; round < ROUNDS; round++) {
      const session = `acme:${round}`;
      await deposit(first.origin, session, key);
      let toldAt = Number.NaN;
      const tokens = remoteTokens({
        ...{ ...service, session, events },
        fetch: async (url, init) => {
          heard?.();
          return fetch(url, init);
        },
      });
      await tokens.getToken();
      await new Promise((resolve) => setTimeout(resolve, 50));
      heard = () => (toldAt = performance.now());
      const refreshed = new Promise<number>((resolve) => {
        tokens.subscribe(({ type }) => type === 'refreshed' && resolve(performance.now()));
      });
      await rotate(first.origin, session, key);
      const hadAt = await refreshed;
      heard = undefined;
      const answered = fleet.answeredAt.get(`refresh-${session}`) ?? Number.NaN;
      told.push(toldAt - answered);
      had.push(hadAt - answered);
      await tokens.close();
    }
    printTable(
      `The hand-over from one replica to a client of the other, ${ROUNDS} rounds`,
      ['from the answer of the token endpoint to', 'median ms', 'shortest', 'longest'],
      [
        ['the event', ...row(told)],
        ['the new token', ...row(had)],
      ],
    );
  } finally {
    await fleet.stop();
  }
}

const row = (times: readonly number[]): string[] =>
  [median(times), Math.min(...times), Math.max(...times)].map((ms) => decimals(ms, 1));
