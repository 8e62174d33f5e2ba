// Loaded into every process of ky's tests: puts our fetch in the place of the global one.
import { inside } from './auth-fetch.ts';

globalThis.fetch = inside(globalThis.fetch);
