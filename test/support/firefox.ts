import { existsSync } from 'node:fs';
import path from 'node:path';

/** Firefox as Debian installs it, or the one that `FIREFOX` names. `undefined`: there is none. */
export const firefoxPath: string | undefined = [
  process.env['FIREFOX'],
  ...(process.env['PATH'] ?? '')
    .split(path.delimiter)
    .flatMap((folder) => [path.join(folder, 'firefox-esr'), path.join(folder, 'firefox')]),
].find((file) => file && existsSync(file));

/** What a suite that needs Firefox says where it is left out. In CI it is not left out: there, its start fails. */
export const WITHOUT_FIREFOX =
  'skipped, because no Firefox was found: `apt-get install firefox-esr`, or name one in the variable FIREFOX';

export const mayRunFirefox: boolean = firefoxPath !== undefined || Boolean(process.env['CI']);
