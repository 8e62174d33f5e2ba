import { Bench } from 'tinybench';
import { type Interval, intervalOf, median } from './median.ts';

/** Something that is done again and again, one after the other. */
export interface Contender {
  readonly name: string;
  run(): Promise<unknown>;
}

export interface Compared {
  readonly name: string;
  /** Microseconds for one run. */
  readonly time: number;
  /** Times as long as the first contender, in the same round. */
  readonly ratio: number;
  /** Where the median ratio lies, with 95 %. */
  readonly interval: Interval;
  /** Microseconds longer than the first contender, in the same round. */
  readonly over: number;
}

const ROUNDS = 30;
const WARM_UP = 5;
/** Ms for each contender in each round. */
const TURN = 15;
/** Ms between two looks at the clock, about: so long that the looks do not count, so short that few are interrupted. */
const BATCH = 0.3;
/**
 * Lets contenders run side by side: in each round each has a short turn, and who goes first changes. Each is held against
 * the first one in the same round, so that a machine that is busy for a while slows both; the medians over all rounds count.
 */
export async function compare(contenders: readonly Contender[]): Promise<Compared[]> {
  const rounds: Map<string, number>[] = [];
  let batch = 1;
  for (let round = -WARM_UP; round < ROUNDS; round++) {
    const times = await turns(
      contenders.map(
        (_, index) => contenders[(index + round + WARM_UP) % contenders.length] as Contender,
      ),
      batch,
    );
    if (round >= 0) rounds.push(times);
    else batch = Math.max(1, Math.round((BATCH * 1000) / median([...times.values()])));
  }
  const first = contenders[0]?.name ?? '';
  const of = (round: ReadonlyMap<string, number>, name: string): number =>
    round.get(name) ?? Number.NaN;
  const ratios = (name: string): number[] =>
    rounds.map((round) => of(round, name) / of(round, first));
  return contenders.map(({ name }) => ({
    name,
    time: median(rounds.map((round) => of(round, name))),
    ratio: median(ratios(name)),
    interval: intervalOf(ratios(name)),
    over: median(rounds.map((round) => of(round, name) - of(round, first))),
  }));
}

async function turns(
  contenders: readonly Contender[],
  batch: number,
): Promise<Map<string, number>> {
  const bench = new Bench({ time: TURN, warmup: false, iterations: 1, throws: true });
  for (const { name, run } of contenders) {
    bench.add(
      name,
      async () => {
        for (let runs = 0; runs < batch; runs++) await run();
      },
      { async: true },
    );
  }
  const tasks = await bench.run();
  return new Map(
    tasks.map(({ name, result }) => {
      if (result.state !== 'completed')
        throw new Error(`"${name}" did not finish: ${result.state}`);
      return [name, (result.latency.p50 * 1000) / batch];
    }),
  );
}
