// Takes the lock <name> on <path>, says so, and holds it until it is killed.
import { fileLock } from '@unexpired/node';

const [path = '', name = ''] = process.argv.slice(2);
setInterval(() => undefined, 60_000); // a lock alone keeps no process alive
await fileLock(path).request(name, {}, (held) => {
  process.send?.({ kind: 'held', body: held });
  return new Promise(() => undefined);
});
