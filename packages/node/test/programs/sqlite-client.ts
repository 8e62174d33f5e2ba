// One process of many on a table without a lock. Does what its parent tells it.
import { createCatcher, runClient } from '../support/client-program.ts';
import type { FileSetup } from '../support/orders.ts';
import { openSqliteCell } from '../support/sqlite-store.ts';

const setup = JSON.parse(process.argv[2] ?? '') as FileSetup;
runClient(setup, openSqliteCell(setup.file).store, createCatcher(setup));
