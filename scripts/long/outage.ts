import { wholeNumber } from '@unexpired/example-command-line';
import { type Persistence, runOutage } from '../../packages/redis/test/support/outage.ts';
import { optionsOf } from '../command-options.ts';

const USAGE = `npm run test:long -- outage [--seconds N]

Redis is killed for N seconds (40) right after a rotation, with each client as the one that has refreshed, and
each way to come back.`;

const seconds = optionsOf(USAGE, { seconds: { type: 'string', default: '40' } }, (values) =>
  wholeNumber('--seconds', values.seconds, [1, 3600]),
);
const ALLOWED = ['live', 'ERR_REFRESH_UNAVAILABLE', 'ERR_WAIT_LIMIT'];

for (const persistence of [
  'append-only file',
  'older snapshot',
  'nothing',
] satisfies Persistence[]) {
  for (const holder of ['ioredis', 'node-redis'] as const) {
    const { during, after, redemptions, refusals, revocations } = await runOutage({
      outage: seconds * 1000,
      persistence,
      holder,
    });
    // What comes back with nothing has signed everybody out: nobody can tell that from a deletion.
    const [end, most] = persistence === 'nothing' ? ['signed out', 1] : ['live', 2];
    const ok =
      during.every((one) => ALLOWED.includes(one) || one === end) &&
      JSON.stringify(after) === JSON.stringify([end]) &&
      redemptions === most &&
      refusals + revocations === 0;
    process.stdout.write(
      `Redis away for ${seconds} s, back with its ${persistence}, ${holder}: then ${during.join(' ')}, after it ${after.join(' ')}, ` +
        `${redemptions} redemptions, ${refusals} refused, ${revocations} sessions revoked\n`,
    );
    if (!ok) process.exitCode = 1;
  }
}
