/**
 * How the random schedules are set up from outside, as environment variables:
 *
 * - `UNEXPIRED_RUNS`: schedules to play in all, default 10000
 * - `UNEXPIRED_SEED`: default a fixed one, so that a normal run is the same everywhere; `random` draws one
 * - `UNEXPIRED_PATH`: with the seed, plays only the schedule that failed; select its test with jest's -t
 */
const { UNEXPIRED_RUNS = '10000', UNEXPIRED_SEED = '20261121', UNEXPIRED_PATH } = process.env;

export const wantedRuns = Number(UNEXPIRED_RUNS);
export const wantedSeed =
  UNEXPIRED_SEED === 'random' ? Math.floor(Math.random() * 2 ** 31) : Number(UNEXPIRED_SEED);
export const wantedPath: string | undefined = UNEXPIRED_PATH;

/** What a failure says about how to see it again. */
export const howToRepeat = (seed: number, path: string | null | undefined): string =>
  `again: UNEXPIRED_SEED=${seed} UNEXPIRED_PATH=${path}`;
