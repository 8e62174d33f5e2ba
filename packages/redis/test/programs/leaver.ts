// Begins to listen, and stops before the connection for that is there. Then there is nothing left to do.
import { redisStore } from '@unexpired/redis';
import { createClient } from '@redis/client';
import { Redis } from 'ioredis';
import type { ClientName } from '../support/connection.ts';

interface Setup {
  readonly client: ClientName;
  readonly port: number;
}
const { client: name, port } = JSON.parse(process.argv[2] ?? '') as Setup;
// Never connected: what is left over is the library's.
const client =
  name === 'ioredis'
    ? new Redis(port, '127.0.0.1', { lazyConnect: true })
    : createClient({ socket: { host: '127.0.0.1', port } });
redisStore(client, { key: 'any' }).subscribe?.(() => undefined)();
