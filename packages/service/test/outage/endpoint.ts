import type { Clock } from 'unexpired';
import { type Down, LATENCY, LIFETIME } from './plan.ts';

/** A token endpoint on a clock, of a strict server: it knows what each session was given last. */
export interface Endpoint {
  readonly fetch: typeof fetch;
  /** A sign-in; gives its answer. */
  signIn(session: string): Record<string, unknown>;
  /** Answers 503 from now on, or nobody at all, until `up()`. */
  down(how: Down): void;
  up(): void;
  /** When it was called, ms on the monotonic clock. */
  readonly calls: readonly number[];
  /** Sessions that got a new token after the one before had expired. */
  readonly late: ReadonlySet<string>;
  /** Sessions whose token has expired at this moment. */
  expired(): readonly string[];
  readonly redemptions: number;
  /** Refresh tokens that came twice. */
  readonly reuses: number;
}

export function createEndpoint(clock: Clock): Endpoint {
  const sessions = new Map<string, { generation: number; expiresAt: number }>();
  const calls: number[] = [];
  const late = new Set<string>();
  let down: Down | undefined;
  let redemptions = 0;
  let reuses = 0;

  const answer = (session: string, generation: number): Record<string, unknown> => {
    sessions.set(session, { generation, expiresAt: clock.now() + LIFETIME });
    return {
      access_token: `access-${session}-${generation}`,
      refresh_token: `refresh ${session} ${generation}`.replaceAll(' ', '~'),
      token_type: 'Bearer',
      expires_in: LIFETIME / 1000,
    };
  };
  const redeem = (token: string): Response => {
    const [, session = '', generation] = token.split('~');
    const known = sessions.get(session);
    if (known?.generation !== Number(generation)) {
      reuses++;
      return Response.json({ error: 'invalid_grant' }, { status: 400 });
    }
    if (known.expiresAt <= clock.now()) late.add(session);
    redemptions++;
    return Response.json(answer(session, known.generation + 1));
  };

  return {
    async fetch(_url, init) {
      calls.push(clock.monotonic());
      const token = String(new URLSearchParams(init?.body as URLSearchParams).get('refresh_token'));
      await new Promise<void>((resolve, reject) => {
        if (down === 'silent')
          init?.signal?.addEventListener('abort', () => reject(new Error('aborted')));
        else clock.setTimeout(resolve, LATENCY);
      });
      return down !== undefined ? new Response('no', { status: 503 }) : redeem(token);
    },
    signIn: (session) => answer(session, 0),
    down: (how) => void (down = how),
    up: () => void (down = undefined),
    calls,
    late,
    expired: () =>
      [...sessions].filter(([, { expiresAt }]) => expiresAt <= clock.now()).map(([key]) => key),
    get redemptions() {
      return redemptions;
    },
    get reuses() {
      return reuses;
    },
  };
}
