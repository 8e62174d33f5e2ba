import type { PostgresServer } from '../../../postgres/test/support/postgres-server.ts';
import type { Fleet } from './fleet.ts';
import type { Fault, Plan } from './plan.ts';
import type { ProofProvider } from './provider.ts';
import type { Span } from './record.ts';

interface Victims {
  readonly fleet: Pick<Fleet, 'start' | 'kill' | 'drain' | 'allStored'>;
  readonly provider: Pick<ProofProvider, 'fault'>;
  readonly server: Pick<PostgresServer, 'crash' | 'restart'>;
  readonly progress: (line: string) => void;
}

/**
 * Lets the faults happen, each at its time or as soon as the one before it is over, and resolves at the end of the plan. Gives when
 * the database was away, or something that it should have was in a replica alone.
 */
export async function happen(plan: Plan, victims: Victims): Promise<Span[]> {
  const begun = Date.now();
  const until = (at: number): Promise<void> =>
    new Promise((resolve) => setTimeout(resolve, Math.max(0, begun + at * 1000 - Date.now())));
  const outages: Span[] = [];
  const inTurn = async (faults: readonly Fault[]): Promise<void> => {
    for (const fault of faults) {
      await until(fault.at);
      const outage = await strike(fault, victims);
      if (outage !== undefined) outages.push(outage);
      victims.progress(
        `${((Date.now() - begun) / 1000).toFixed(1)} s: ${JSON.stringify(fault)} is over`,
      );
    }
  };
  await Promise.all([
    inTurn(plan.faults.filter(isOfProvider)),
    inTurn(plan.faults.filter((fault) => !isOfProvider(fault))),
    until(plan.seconds),
  ]);
  return outages;
}

const isOfProvider = ({ type }: Fault): boolean => ['hang', '503', '429', 'cut'].includes(type);

const seconds = (count: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, count * 1000));

async function strike(fault: Fault, victims: Victims): Promise<Span | undefined> {
  const { fleet, provider, server } = victims;
  switch (fault.type) {
    case 'kill':
      await fleet.kill(fault.place);
      await fleet.start(fault.place);
      return undefined;
    case 'restart':
      await fleet.drain(fault.place);
      await fleet.start(fault.place);
      return undefined;
    case 'database': {
      const from = Date.now();
      await server.crash();
      await seconds(fault.seconds);
      await server.restart();
      await fleet.allStored();
      return { from, until: Date.now() };
    }
    default:
      provider.fault(fault);
      if (fault.type !== 'cut') await seconds(fault.seconds);
      return undefined;
  }
}
