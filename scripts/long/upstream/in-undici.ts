// Loaded into every process of undici's tests: puts our fetch in the place of the one that undici exports.
import { createRequire } from 'node:module';
import path from 'node:path';
import { inside } from './auth-fetch.ts';

type Undici = { fetch: Parameters<typeof inside>[0] };

const require = createRequire(path.join(process.cwd(), 'index.js'));
const undici = require(path.join(process.cwd(), 'index.js')) as Undici;
undici.fetch = inside(undici.fetch);
