// Takes a lock, says so, and holds it until it is killed.
import { postgresLock } from '@unexpired/postgres';
import { poolOn } from '../support/connect.ts';

const { port, name, lease } = JSON.parse(process.argv[2] ?? '') as {
  readonly port: number;
  readonly name: string;
  readonly lease: number;
};
await postgresLock(poolOn(port), { lease }).request(name, {}, () => {
  process.send?.({ kind: 'held' });
  return new Promise(() => undefined);
});
