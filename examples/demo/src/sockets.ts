import { Agent as HttpAgent } from 'node:http';
import { Agent as FetchAgent, getGlobalDispatcher, setGlobalDispatcher } from 'undici';

/** Sockets a contender may hold open to each of the two servers. */
export const SOCKETS = 64;

/** One contender's connections, bounded the same way for every HTTP client. Nothing is opened before the first request. */
export interface Sockets {
  /** For axios, which goes through node:http. */
  readonly agent: HttpAgent;
  /** From now on fetch, and ky on top of it, uses this pool. */
  install(): void;
  close(): Promise<void>;
}

export function createSockets(limit = SOCKETS): Sockets {
  const agent = new HttpAgent({ keepAlive: true, maxSockets: limit });
  const dispatcher = new FetchAgent({ connections: limit });
  const before = getGlobalDispatcher();

  return {
    agent,
    install: () => setGlobalDispatcher(dispatcher),
    async close() {
      agent.destroy();
      setGlobalDispatcher(before);
      await dispatcher.destroy();
    },
  };
}
