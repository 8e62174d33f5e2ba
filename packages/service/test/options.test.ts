import { expect, it } from '@jest/globals';
import { createService, type ServiceOptions, sqlite } from '../src/index.ts';

it.each<[string, string, unknown]>([
  ['cache: expected { bytes?, staleFor? }, got null', 'cache', null],
  ['cache: expected { bytes?, staleFor? }, got 5', 'cache', 5],
  ['cache/bytes: expected a number, zero or more, got', 'cache', { bytes: -1 }],
  ['cache/staleFor: expected a number, zero or more, got', 'cache', { staleFor: '5 min' }],
  ['audit: expected { keepDays?, reads? }, got null', 'audit', null],
  ['requestsPerSecond: expected a number, 1 or more, got', 'requestsPerSecond', 0],
])('an option that cannot be right is a TypeError: %s', (message, name, value) => {
  const options = {
    providers: { crm: { tokenEndpoint: 'https://id.example.com/token', clientId: 'broker' } },
    database: sqlite('never-opened.db'),
    keys: { encryption: new Uint8Array(32), api: [] },
    [name]: value,
  } as unknown as ServiceOptions;
  expect(() => createService(options)).toThrow(new RegExp(`^createService: ${escaped(message)}`));
});

const escaped = (text: string): string => text.replace(/[{}?]/g, '\\$&');
