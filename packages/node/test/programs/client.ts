// One process of many on a credentials file. Does what its parent tells it.
import fs from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';
import { fileStore } from '@unexpired/node';
import { createCatcher, runClient } from '../support/client-program.ts';
import type { FileSetup } from '../support/orders.ts';

const setup = JSON.parse(process.argv[2] ?? '') as FileSetup;
const catcher = createCatcher(setup);
let committing = false;

const { rename } = fs;
fs.rename = async (from, to) => {
  if (committing) await catcher.at('F7 before the rename');
  return rename(from, to);
};
syncBuiltinESMExports();

runClient(setup, fileStore(setup.file), catcher, (commits) => (committing = commits));
