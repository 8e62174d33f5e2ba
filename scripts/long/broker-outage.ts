import { wholeNumber } from '@unexpired/example-command-line';
import { model } from '../../packages/service/test/outage/model.ts';
import type { Result } from '../../packages/service/test/outage/plan.ts';
import { simulate } from '../../packages/service/test/outage/simulate.ts';
import { optionsOf } from '../command-options.ts';

const USAGE = `npm run test:long -- broker-outage [--sessions N] [--modelled N] [--seed N] [--silent]

The token endpoint answers 503 for 10 minutes, or with --silent not at all. First the service as it is, with N
sessions (100,000) on a clock that is moved by hand; then, for 503, the model of it, with as many sessions and
replicas, and with --modelled of them (1,000,000).`;

const { sessions, modelled, seed, down } = optionsOf(
  USAGE,
  {
    sessions: { type: 'string', default: '100000' },
    modelled: { type: 'string', default: '1000000' },
    seed: { type: 'string', default: '1' },
    silent: { type: 'boolean', default: false },
  },
  (values) => ({
    sessions: wholeNumber('--sessions', values.sessions, [1, 10_000_000]),
    modelled: wholeNumber('--modelled', values.modelled, [1, 10_000_000]),
    seed: wholeNumber('--seed', values.seed, [0, 2 ** 31]),
    down: values.silent ? ('silent' as const) : ('503' as const),
  }),
);
const SESSIONS_OF_A_REPLICA = 20_000;
const MINUTE = 60_000;
/** Until what was refreshed right after the outage has been due again. */
const AFTER = 60 * MINUTE;

const planOf = (count: number) => ({
  ...({ sessions: count, seed, outage: 10 * MINUTE, after: AFTER, reads: 10, down } as const),
  replicas: Math.max(2, Math.ceil(count / SESSIONS_OF_A_REPLICA)),
});
const progress = (line: string): boolean => process.stdout.write(`  ${line}\n`);

async function show<R extends Result>(
  what: string,
  count: number,
  run: (plan: ReturnType<typeof planOf>) => Promise<R>,
): Promise<R> {
  const plan = planOf(count);
  const started = performance.now();
  const result = await run(plan);
  const { expired, untilOpen, untilHeard, probes, usual, peak, echo, caughtUp } = result;
  process.stdout.write(
    `${what}, ${down}, ${count} sessions, ${plan.replicas} replicas, seed ${seed}: ${expired} expired (${((100 * expired) / count).toFixed(3)} %); ` +
      `calls in the outage: ${untilOpen} until the breaker was open, ${untilHeard} until all had heard of it, ${probes} probes; ` +
      `caught up ${caughtUp / 1000} s after it; calls a second: ${usual.toFixed(1)} before, ${peak} in the busiest one after it, ` +
      `${echo.toFixed(1)} in the busiest ten one lifetime later (${((performance.now() - started) / 1000).toFixed(1)} s)\n`,
  );
  if (expired * 100 >= count || probes >= 100) process.exitCode = 1;
  return result;
}

const { redemptions, reuses, reads, refused, failures } = await show(
  'the service',
  sessions,
  (plan) => simulate(plan, progress),
);
process.stdout.write(
  `  ${redemptions} redemptions, ${reuses} refresh tokens that came twice, ${refused} of ${reads} reads without a token, ` +
    `${failures.length} failures ${[...new Set(failures)].join(' ')}\n`,
);
if (reuses + refused + failures.length > 0) process.exitCode = 1;
if (down === '503') {
  await show('the model', sessions, (plan) => model(plan));
  await show('the model', modelled, (plan) => model(plan, progress));
}
