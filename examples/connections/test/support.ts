import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type SimulatedServer, simulatedServer } from '@unexpired/testing';
import { createTokenManager, type TokenManager } from 'unexpired';

/** A session at a server on loopback. */
export interface LiveSession {
  readonly server: SimulatedServer;
  readonly tokens: TokenManager;
  readonly http: Server;
  readonly origin: string;
  close(): Promise<void>;
}

export async function liveSession(): Promise<LiveSession> {
  const server = simulatedServer();
  const tokens = createTokenManager({ refresh: server.refresh });
  await tokens.setSession(server.login());
  const http = createServer();
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
  return {
    server,
    tokens,
    http,
    origin: `127.0.0.1:${(http.address() as AddressInfo).port}`,
    async close() {
      await tokens.close();
      http.closeAllConnections();
      await new Promise((resolve) => http.close(resolve));
    },
  };
}

/** What has been noted, and a promise for the moment when there are so many. */
export interface Notes<Note> {
  readonly all: Note[];
  add(note: Note): void;
  reach(count: number): Promise<void>;
}

export function notes<Note>(): Notes<Note> {
  const all: Note[] = [];
  const waiting: { readonly count: number; readonly resolve: () => void }[] = [];
  return {
    all,
    add(note) {
      all.push(note);
      for (const { count, resolve } of waiting) if (all.length >= count) resolve();
    },
    reach: (count) =>
      new Promise((resolve) => {
        if (all.length >= count) resolve();
        else waiting.push({ count, resolve });
      }),
  };
}
