// Takes a lock, says so, and holds it until it is killed.
import { redisLock } from '@unexpired/redis';
import { CLIENTS, type ClientName } from '../support/clients.ts';

const { client, port, name, lease } = JSON.parse(process.argv[2] ?? '') as {
  client: ClientName;
  port: number;
  name: string;
  lease: number;
};
await redisLock(CLIENTS[client](port).client, { lease }).request(name, {}, () => {
  process.send?.({ kind: 'held' });
  return new Promise(() => undefined);
});
