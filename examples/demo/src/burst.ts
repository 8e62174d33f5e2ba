import { now } from './clock.ts';
import type { Client } from '@unexpired/example-contenders/contender';

/** How one request went, as its caller saw it. Times in ms of the shared monotonic clock. */
export interface Outcome {
  readonly startedAt: number;
  /** `undefined`: the caller never heard. */
  endedAt: number | undefined;
  ok: boolean;
  /** Why not, in a few words and without anything that a server or client said verbatim. */
  failure: string | undefined;
}

export interface Burst {
  readonly outcomes: readonly Outcome[];
  /** Resolves when every caller has its answer, or with `false` once the deadline has passed. */
  readonly settled: Promise<boolean>;
  /** Callers that have their answer so far. */
  answered(): { readonly ok: number; readonly failed: number };
}

/** Asks for orders 0 to `requests - 1`, all at the same moment. `deadline` in ms. */
export function fireBurst(client: Client, requests: number, deadline: number): Burst {
  let ok = 0;
  let failed = 0;
  const outcomes: Outcome[] = [];

  const ask = async (order: number): Promise<void> => {
    const outcome: Outcome = {
      startedAt: now(),
      endedAt: undefined,
      ok: false,
      failure: undefined,
    };
    outcomes.push(outcome);
    try {
      const body = await client.get(`/orders/${order}`);
      outcome.ok = isOrder(body, order);
      if (!outcome.ok) outcome.failure = 'another answer than was asked for';
    } catch (error) {
      outcome.failure = describeFailure(error);
    }
    outcome.endedAt = now();
    if (outcome.ok) ok += 1;
    else failed += 1;
  };

  const all = Promise.all(Array.from({ length: requests }, (_, order) => ask(order)));
  return { outcomes, settled: within(deadline, all), answered: () => ({ ok, failed }) };
}

function within(deadline: number, work: Promise<unknown>): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, deadline, false);
    work.then(() => resolve(true), reject).finally(() => clearTimeout(timer));
  });
}

function isOrder(body: unknown, order: number): boolean {
  return typeof body === 'object' && body !== null && 'order' in body && body.order === order;
}

/** Only a status or a name: messages may quote what was sent. */
export function describeFailure(error: unknown): string {
  const status = statusOf(error) ?? statusOf(fieldOf(error, 'response'));
  if (status === 401) return '401 handed to the caller';
  if (status === 400) return '400 from the token endpoint';
  if (status !== undefined) return `HTTP ${status}`;
  const code = fieldOf(error, 'code');
  if (typeof code === 'string') return code;
  return error instanceof Error ? error.name : typeof error;
}

function statusOf(value: unknown): number | undefined {
  const status = fieldOf(value, 'status');
  return typeof status === 'number' ? status : undefined;
}

function fieldOf(value: unknown, field: string): unknown {
  return typeof value === 'object' && value !== null && field in value
    ? (value as Record<string, unknown>)[field]
    : undefined;
}
