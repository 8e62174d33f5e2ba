// Takes the lock of a session, says so, and holds it until it is killed.
import { sqliteStore, sqliteThread } from '@unexpired/sqlite';

const { file, key, lease } = JSON.parse(process.argv[2] ?? '') as {
  readonly file: string;
  readonly key: string;
  readonly lease: number;
};
process.on('message', () => undefined); // or nothing would keep it alive
await sqliteStore(sqliteThread(file), { key, lease }).lock?.request('any', {}, () => {
  process.send?.({ kind: 'held' });
  return new Promise(() => undefined);
});
