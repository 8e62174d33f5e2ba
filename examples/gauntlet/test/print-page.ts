// Prints what docs/gauntlet.md has to be.
import { pageOfRecorded } from '../src/report/write.ts';

process.stdout.write(await pageOfRecorded());
