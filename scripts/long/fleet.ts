import { wholeNumber } from '@unexpired/example-command-line';
import { type FleetPlace, flawless, runFleet } from '../../packages/node/test/support/fleet.ts';
import { optionsOf } from '../command-options.ts';

const ALIKE = `N expiries (200) of
one session for N processes (16), against a real authorization server that revokes the session when a refresh
token comes twice. Says what came of it; the exit status is 1 unless all went well.`;

/**
 * 16 processes on one store over 200 expiries, against a real authorization server that revokes the session when a
 * refresh token comes twice. Says what came of it; the exit status is 1 unless all went well.
 */
export async function longFleet(
  name: string,
  what: string,
  open: () => Promise<FleetPlace>,
): Promise<void> {
  const { expiries, processes } = optionsOf(
    `npm run test:long -- ${name} [--expiries N] [--processes N]\n\n${what}: ${ALIKE}`,
    { expiries: { type: 'string', default: '200' }, processes: { type: 'string', default: '16' } },
    (values) => ({
      expiries: wholeNumber('--expiries', values.expiries, [1, 100_000]),
      processes: wholeNumber('--processes', values.processes, [1, 200]),
    }),
  );
  const requests = 5;
  const started = performance.now();
  const handOvers: number[] = [];
  const progress = (expiry: number, handOver: number): void => {
    handOvers.push(handOver);
    if (expiry % 50 === 0) process.stdout.write(`  ${expiry} of ${expiries} expiries\n`);
  };
  const plan = { expiries, processes, requests, progress };
  const result = await runFleet(plan, await open());
  const { answered, errors, odd, redemptions, revocations, crashed } = result;
  const ok = JSON.stringify(result) === JSON.stringify(flawless(plan));
  process.stdout.write(
    `${processes} processes, ${expiries} expiries: ${redemptions} redemptions, ${revocations} reuse detections, ${answered} of ` +
      `${processes * expiries * requests} requests answered, ${errors.length} errors ${[...new Set(errors)].join(' ')}` +
      `, ${odd} odd, ${crashed} crashed (${((performance.now() - started) / 1000).toFixed(1)} s)\n`,
  );
  const sorted = handOvers.toSorted((a, b) => a - b);
  const part = (share: number): string =>
    `${(sorted[Math.floor(share * (sorted.length - 1))] ?? Number.NaN).toFixed(1)} ms`;
  process.stdout.write(
    `from the commit to the last of ${processes} processes: median ${part(0.5)}, 95 % ${part(0.95)}\n`,
  );
  process.exitCode = ok ? 0 : 1;
}
