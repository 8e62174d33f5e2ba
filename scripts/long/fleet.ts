import { parseArgs } from 'node:util';
import { type FleetPlace, flawless, runFleet } from '../../packages/node/test/support/fleet.ts';

/**
 * 16 processes on one store over 200 expiries, against a real authorization server that revokes the session when a
 * refresh token comes twice. Options: `--expiries N`, `--processes N`. Says what came of it; the exit status is 1 unless all went well.
 */
export async function longFleet(open: () => Promise<FleetPlace>): Promise<void> {
  const { values } = parseArgs({
    options: { expiries: { type: 'string' }, processes: { type: 'string' } },
  });
  const expiries = Number(values.expiries ?? 200);
  const processes = Number(values.processes ?? 16);
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
