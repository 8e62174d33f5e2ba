import type { Clock } from 'unexpired';
import { type Fault, type FaultPlan, momentOf, orderPlan } from './faults.ts';
import type { Ledger } from './ledger.ts';
import { type HttpReply, type Reply, spoil } from './reply.ts';

/** A call of the token endpoint, as a fault planner sees it. */
export interface TokenCall {
  /** Counts from 1. */
  readonly call: number;
  readonly grant: 'refresh_token' | 'client_credentials';
  /** The fingerprint of the refresh token. */
  readonly token?: string;
}

/** Decides what goes wrong with a call. */
export type FaultPlanner = (call: TokenCall) => FaultPlan;

export interface ExchangePort {
  readonly clock: Pick<Clock, 'setTimeout'>;
  readonly now: () => number;
  readonly ledger: Ledger;
  readonly faultsOf: FaultPlanner;
}

/** What one call asks for. `act` is the moment in which the server decides and commits. */
export interface Exchange {
  readonly grant: TokenCall['grant'];
  readonly refreshToken?: string | undefined;
  readonly fingerprint?: string | undefined;
  readonly act: (call: number) => HttpReply;
}

/**
 * One call with what goes wrong on its way. A client that gives up (`signal`) stops listening, and nothing else: what is
 * on its way still arrives, and the server still acts on it.
 */
export async function exchange(
  { clock, now, ledger, faultsOf }: ExchangePort,
  request: Exchange,
  signal: AbortSignal | undefined,
): Promise<Reply> {
  const { grant, refreshToken, fingerprint, act } = request;
  // Nobody sends a request that was given up before.
  if (signal?.aborted) return { failure: 'refused' };
  const call = ledger.count('calls');
  const plan = orderPlan(
    faultsOf({ call, grant, ...(fingerprint === undefined ? {} : { token: fingerprint }) }),
  );
  ledger.write({ type: 'called', call, token: refreshToken });
  const finished = ledger.outstanding(refreshToken);
  const strikes = (fault: Fault): void =>
    ledger.write({
      type: 'fault',
      call,
      token: refreshToken,
      fault: fault.type,
      acted: momentOf(fault) === 'after',
    });
  const onTheWay = async (when: 'before' | 'after'): Promise<void> => {
    for (const delay of plan.delays[when]) {
      strikes(delay);
      await ('until' in delay
        ? delay.until
        : new Promise<void>((resolve) => void clock.setTimeout(resolve, delay.ms)));
    }
  };

  const serve = async (): Promise<Reply> => {
    await onTheWay('before');
    if (plan.before !== undefined) strikes(plan.before);
    const early = plan.before === undefined ? act(call) : spoil(plan.before, undefined, now());
    if (early === undefined) return never();
    if (!('status' in early)) return early;
    await onTheWay('after');
    if (plan.after === undefined) return early;
    strikes(plan.after);
    return spoil(plan.after, early, now()) ?? never();
  };

  const reply = await listen(serve(), signal);
  finished();
  ledger.write({ type: 'status' in reply ? 'answered' : 'failed', call, token: refreshToken });
  return reply;
}

const never = (): Promise<never> => new Promise(() => undefined);

/** To the client, giving up and losing the connection are one and the same. */
function listen(served: Promise<Reply>, signal: AbortSignal | undefined): Promise<Reply> {
  if (signal === undefined) return served;
  return new Promise((resolve, reject) => {
    const giveUp = (): void => resolve({ failure: 'lost' });
    signal.addEventListener('abort', giveUp);
    served.finally(() => signal.removeEventListener('abort', giveUp)).then(resolve, reject);
  });
}
