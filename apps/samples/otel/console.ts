import assert from 'node:assert/strict';
import { goThrough, refresh } from './session.ts';

const lines = [];
console.log = (line) => lines.push(line);
console.info = console.debug = console.log;
const myClient = { refresh: (refreshToken) => refresh({ refreshToken }) };

// from packages/otel/README.md#on-the-console

await goThrough(tokens);
assert.ok(
  lines.some((line) => /: refresh refreshed in \d+ ms/.test(line)),
  lines.join('\n'),
);
