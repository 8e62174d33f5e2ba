import { fileFleet } from '../../packages/node/test/support/fleet.ts';
import { longFleet } from './fleet.ts';

await longFleet('file', 'Many processes on one file', fileFleet);
