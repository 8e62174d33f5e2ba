// `npm run sizes`: measures what a page loads, and writes the README's table.
import { readFileSync, writeFileSync } from 'node:fs';
import { packing } from './package-checks/packed.ts';
import { README, withSizes } from './package-checks/size-page.ts';
import { measureAll } from './package-checks/size.ts';

const packed = packing();
const measured = await measureAll(packed).finally(packed.clear);
writeFileSync(README, withSizes(readFileSync(README, 'utf8'), measured));
