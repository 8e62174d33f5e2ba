// One process of many on a Redis. Does what its parent tells it.
import { redisStore } from '@unexpired/redis';
import { createCatcher, runClient } from '../../../node/test/support/client-program.ts';
import { connectTo } from '../support/connect.ts';
import type { RedisSetup } from '../support/setup.ts';

const setup = JSON.parse(process.argv[2] ?? '') as RedisSetup;
const { client, close } = await connectTo(setup.client, setup.port);
runClient(setup, redisStore(client, { key: setup.key, lease: setup.lease }), createCatcher(setup));
process.once('disconnect', close); // or its connection would keep it alive
