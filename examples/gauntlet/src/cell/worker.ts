// One of the four processes: starts the app on the session that is there, and sends requests when it is told to.
import { loadContender } from '@unexpired/example-contenders';
import { call, within } from '../calls.ts';
import { appAt, type Place } from './place.ts';

const place = JSON.parse(process.argv[2] ?? '') as Place;
const started = await (await loadContender(place.contender)).start(appAt(place));
const client = await started.client();

process.once('message', ({ count }: { count: number }) => void run(count));
process.send?.('ready');

async function run(count: number): Promise<void> {
  const calls = Array.from({ length: count }, (_, order) =>
    call(client, `/orders/${process.pid}-${order}`),
  );
  await within(30_000, Promise.all(calls.map(({ settled }) => settled)));
  process.send?.(
    calls.map(({ state }) => ({ state })),
    () => process.exit(),
  );
}
