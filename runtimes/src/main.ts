// What `npm run test:runtimes` and `npm test` ask of this folder. It needs the built packages.
export { checkRuntimes, type Result } from './host/check.ts';
export { withResults } from './host/table.ts';
