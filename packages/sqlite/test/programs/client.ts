// One process of many on a SQLite file. Does what its parent tells it.
import { sqliteStore, sqliteThread } from '@unexpired/sqlite';
import { createCatcher, runClient } from '../../../node/test/support/client-program.ts';
import type { SqliteSetup } from '../support/setup.ts';

const setup = JSON.parse(process.argv[2] ?? '') as SqliteSetup;
const { file, key, lease } = setup;
runClient(setup, sqliteStore(sqliteThread(file), { key, lease }), createCatcher(setup));
