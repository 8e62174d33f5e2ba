import { afterAll, describe, it } from '@jest/globals';
import { type LockPlace, lockContract, storeContract } from '@unexpired/testing';
import { redisLock, redisStore } from '../src/index.ts';
import { CLIENTS, command } from './support/clients.ts';
import type { ClientName, Connection } from './support/connection.ts';
import { start } from './support/programs.ts';
import { withRedis } from './support/with-redis.ts';

/** Ms: a third of it is over before the next renewal, so that a busy machine has 4 s for that. */
const lease = 6000;
/** Ms: that of a process which is killed, and has to run out. Its process has nothing else to do than to renew it, in 2 s. */
const shortLease = 3000;
/** Ms: a busy machine may take long to start a program. */
const timeout = 15_000;

describe.each(Object.keys(CLIENTS) as ClientName[])('%s', (name) => {
  withRedis('the contracts', (server) => {
    let places = 0;
    const connections = new Set<Connection>();
    const connect = (port = server().port): Connection => {
      const connection = CLIENTS[name](port);
      connections.add(connection);
      return connection;
    };
    const closeAll = (): void => {
      for (const { close } of connections) close();
      connections.clear();
    };
    afterAll(closeAll);

    storeContract(
      { describe, it },
      {
        name: 'redisStore',
        timeout,
        async create() {
          const key = `contract ${name} ${++places} {ü*?}`;
          const limit = (bytes: string): Promise<unknown> =>
            command(connect().client, 'CONFIG', 'SET', 'maxmemory', bytes);
          return {
            open: () => redisStore(connect().client, { key }),
            refuse: async () => void (await limit('1')),
            async close() {
              await limit('0');
              closeAll();
            },
          };
        },
      },
    );

    lockContract(
      { describe, it },
      {
        name: 'redisLock',
        timeout,
        async create() {
          const { client } = connect();
          await command(client, 'FLUSHALL');
          return {
            open: () => redisLock(connect().client, { lease }),
            close: async () => closeAll(),
          };
        },
        async holdElsewhere(_place: LockPlace, lock) {
          const program = start('lock-holder', [
            JSON.stringify({ client: name, port: server().port, name: lock, lease: shortLease }),
          ]);
          await program.next('held');
          return program.kill;
        },
        async counting() {
          const { client } = connect();
          let asked = 0;
          const lock = redisLock(
            {
              sendCommand: (words) => (
                asked++, command(client, ...(words as [string, ...string[]]))
              ),
            },
            { lease },
          );
          return { lock, asked: () => asked };
        },
        loseLease: async (_place, lock) =>
          void (await command(connect().client, 'DEL', `${lock}:lease`)),
        down: async () => redisLock(connect(1).client), // nobody listens there
      },
    );
  });
});
