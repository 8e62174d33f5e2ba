import { type Ask, exchange } from './ask.ts';
import type { Plan } from './plan.ts';
import type { Read, Result } from './record.ts';

/** Clients that read until they are stopped. */
export interface Load {
  readonly reads: readonly Read[];
  /** Resolves when each of them has its last answer. */
  stop(): Promise<void>;
}

/** Of so many tokens one is refused by the API, for everybody and from then on. */
const REFUSED = 40;

export interface Clients {
  readonly plan: Pick<Plan, 'clients' | 'pause'>;
  readonly sessions: readonly string[];
  readonly ask: Ask;
  /** Where the tokens are used. */
  readonly api: string;
  readonly random: () => number;
}

/** Each client reads a session that is drawn by lot, uses the token, and says so where the API refuses it. */
export function startLoad({ plan, sessions, ask, api, random }: Clients): Load {
  const reads: Read[] = [];
  let isOver = false;
  const once = async (key: string): Promise<void> => {
    const { read, token } = await ask(key);
    if (token === undefined || read.result.type !== 'token') return void reads.push(read);
    const method = random() * REFUSED < 1 ? 'DELETE' : 'GET';
    const at = Date.now();
    const { status } = await exchange(api, { method, bearer: token });
    reads.push({ ...read, used: { status, at } });
    const { session, generation } = read.result;
    if (status === 401) reads.push((await ask(key, { session, generation })).read);
  };
  const client = async (): Promise<void> => {
    while (!isOver) {
      await once(sessions[Math.floor(random() * sessions.length)] as string);
      await new Promise((resolve) => setTimeout(resolve, plan.pause * (0.5 + random())));
    }
  };
  const clients = Array.from({ length: plan.clients }, client);
  return {
    reads,
    async stop() {
      isOver = true;
      await Promise.all(clients);
    },
  };
}

/** How many sessions are asked for at the same time, when all are waited for. */
const AT_ONCE = 10;
/** Ms until a session that had no token is asked for again. */
const AGAIN = 2000;

/**
 * Asks for each session until it has a token or is over, for `limit` ms at most; gives how each of them stood in the end. All reads
 * are put to `reads`.
 */
export async function settle(
  { sessions, ask }: Pick<Clients, 'sessions' | 'ask'>,
  limit: number,
  reads: Read[],
): Promise<ReadonlyMap<string, Result>> {
  const last = new Map<string, Result>();
  const end = Date.now() + limit;
  let left = [...sessions];
  while (left.length > 0 && Date.now() < end) {
    const queue = [...left];
    const work = async (): Promise<void> => {
      for (let key = queue.pop(); key !== undefined; key = queue.pop()) {
        const { read } = await ask(key);
        reads.push(read);
        last.set(key, read.result);
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, work));
    left = left.filter((key) => !isSettled(last.get(key)));
    if (left.length > 0) await new Promise((resolve) => setTimeout(resolve, AGAIN));
  }
  return last;
}

const isSettled = (result: Result | undefined): boolean =>
  result?.type === 'token' || (result?.type === 'problem' && result.code === 'ERR_SESSION_ENDED');
