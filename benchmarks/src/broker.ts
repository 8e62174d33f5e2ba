// What the token broker costs. `--part` names what takes longer than a normal run has time for.
import { handOver } from './broker/hand-over.ts';
import { reads } from './broker/reads.ts';
import { rotations } from './broker/rotations.ts';
import { sessions } from './broker/sessions.ts';

const PARTS: Readonly<Record<string, () => Promise<void>>> = {
  reads,
  sessions,
  rotations,
  'hand-over': handOver,
};
const name = process.env['UNEXPIRED_PART'] ?? 'reads';
const part = PARTS[name];
if (part === undefined)
  throw new Error(`There is no part ${name}; there are: ${Object.keys(PARTS).join(', ')}`);
await part();
