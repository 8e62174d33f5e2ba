// Takes a lock, says so, and holds it until it is killed.
import { redisLock } from '@unexpired/redis';
import { connectTo } from '../support/connect.ts';
import type { ClientName } from '../support/connection.ts';

interface Setup {
  readonly client: ClientName;
  readonly port: number;
  readonly name: string;
  readonly lease: number;
}
const setup = JSON.parse(process.argv[2] ?? '') as Setup;
const { client } = await connectTo(setup.client, setup.port);
await redisLock(client, { lease: setup.lease }).request(setup.name, {}, () => {
  process.send?.({ kind: 'held' });
  return new Promise(() => undefined);
});
