import { Agent as HttpAgent } from 'node:http';
import { Agent as FetchAgent, getGlobalDispatcher, setGlobalDispatcher } from 'undici';

/** Sockets a contender may hold open to each of the two servers. */
export const SOCKETS = 64;

/** One contender's connections, bounded the same way for every HTTP client. Nothing is opened before the first request. */
export interface Sockets {
  /** For axios, which goes through node:http. */
  readonly agent: HttpAgent;
  /** Fetch, and ky on top of it, uses this pool until the function that it returns is called. */
  install(): () => void;
  close(): Promise<void>;
}

export function createSockets(limit = SOCKETS): Sockets {
  const agent = new HttpAgent({ keepAlive: true, maxSockets: limit });
  const dispatcher = new FetchAgent({ connections: limit });

  return {
    agent,
    install() {
      const before = getGlobalDispatcher();
      setGlobalDispatcher(dispatcher);
      return () => setGlobalDispatcher(before);
    },
    async close() {
      agent.destroy();
      await dispatcher.destroy();
    },
  };
}
