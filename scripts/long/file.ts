// `npm run test:long -- file [--expiries N] [--processes N]`: many processes on one file.
import { fileFleet } from '../../packages/node/test/support/fleet.ts';
import { longFleet } from './fleet.ts';

await longFleet(fileFleet);
