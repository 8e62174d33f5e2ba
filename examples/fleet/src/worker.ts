// A worker: sends requests for any session until it is told to stop, and knows nothing of the other workers.
import { createAuthFetch } from '@unexpired/fetch';
import { Redis } from 'ioredis';
import { sessionsOn } from './sessions.ts';

const [port = '', origin = '', tokenEndpoint = '', count = ''] = process.argv.slice(2);
const redis = new Redis(Number(port), '127.0.0.1');
const sessions = sessionsOn(redis, tokenEndpoint);
const ids = Array.from({ length: Number(count) }, (_, number) => String(number));

let stopped = false;
let rounds = 0;
let answered = 0;
const failures: string[] = [];
process.once('message', () => {
  stopped = true;
});

while (!stopped) {
  const some = Array.from({ length: 5 }, () => ids[Math.floor(Math.random() * ids.length)] ?? '0'); // any of them
  const responses = await Promise.allSettled(
    some.map((id) =>
      createAuthFetch(sessions.get(id), { origins: [origin] })(`${origin}/items/${id}`),
    ),
  );
  for (const response of responses) {
    if (response.status === 'fulfilled' && response.value.ok) answered++;
    else
      failures.push(
        response.status === 'fulfilled' ? `HTTP ${response.value.status}` : String(response.reason),
      );
  }
  if (rounds++ === 0) process.send?.('ready');
  await new Promise((resolve) => setTimeout(resolve, 100));
}
await sessions.close(); // refreshes that were sent are stored before the process ends
await redis.quit();
process.send?.({ answered, failures });
process.disconnect();
