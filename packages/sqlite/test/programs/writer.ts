// Begins to write, says so, and goes on until it is killed.
import { DatabaseSync } from 'node:sqlite';

const database = new DatabaseSync(process.argv[2] ?? '');
database.exec('pragma busy_timeout = 10000; begin immediate');
process.send?.({ kind: 'writing' });
process.on('message', () => database.exec('rollback'));
