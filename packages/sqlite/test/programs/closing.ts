// Its last act is to close the database. It says so when that has happened.
import { sqliteThread } from '../../src/index.ts';

const [, , file = ''] = process.argv;
const database = sqliteThread(file);
await database.exec('create table if not exists a (b)');
await database.close();
process.send?.({ kind: 'closed' });
process.disconnect();
