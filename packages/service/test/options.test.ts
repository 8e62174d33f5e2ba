import { expect, it } from '@jest/globals';
import {
  createApiKey,
  createService,
  postgres,
  type PostgresDatabaseOptions,
  type ServiceOptions,
  sqlite,
} from '../src/index.ts';

const crm = { tokenEndpoint: 'https://id.example.com/token', clientId: 'broker' };

it.each<[string, string, unknown]>([
  ['cache: expected an object, got null', 'cache', null],
  ['cache: expected an object, got 5', 'cache', 5],
  ['cache/bytes: expected a number, zero or more, got', 'cache', { bytes: -1 }],
  ['cache/staleFor: expected a number, zero or more, got', 'cache', { staleFor: '5 min' }],
  ['audit: expected an object, got null', 'audit', null],
  ['requestsPerSecond: expected a number, 1 or more, got', 'requestsPerSecond', 0],
  ['there is no option "requestPerSecond"; the options are ', 'requestPerSecond', 5],
  ['cache: there is no option "size"; the options are bytes, staleFor', 'cache', { size: 5 }],
  ['audit: there is no option "days"; the options are keepDays, reads', 'audit', { days: 5 }],
  [
    'keys: there is no option "encrypt"; the options are encryption, api',
    'keys',
    { encryption: new Uint8Array(32), api: [], encrypt: true },
  ],
  [
    'keys/api/0: there is no option "expires"; the options are digest, id, scopes, expiresAt',
    'keys',
    { encryption: new Uint8Array(32), api: [{ ...entryOf(), expires: 5 }] },
  ],
  ['keys/api/0: expected an object, got null', 'keys', { encryption: [], api: [null] }],
  [
    'providers/crm: there is no option "maxInFligth"; the options are ',
    'providers',
    { crm: { ...crm, maxInFligth: 5 } },
  ],
  [
    'providers/crm: clientId: expected a non-empty string, got undefined',
    'providers',
    { crm: { tokenEndpoint: crm.tokenEndpoint } },
  ],
  [
    'providers/crm: revocationEndpoint: expected an absolute URL',
    'providers',
    { crm: { ...crm, revocationEndpoint: '/revoke' } },
  ],
  ['providers/crm: expected an object, got undefined', 'providers', { crm: undefined }],
])('an option that cannot be right is a TypeError: %s', (message, name, value) => {
  const options = {
    providers: { crm },
    database: sqlite('never-opened.db'),
    keys: { encryption: new Uint8Array(32), api: [] },
    [name]: value,
  } as unknown as ServiceOptions;
  expect(() => createService(options)).toThrow(new RegExp(`^createService: ${message}`));
});

it('createApiKey names an option that does not exist: a key that was to expire would not', () => {
  const misspelt = { id: 'orders', scopes: ['read:*'], expires: 5 };
  expect(() => createApiKey(misspelt)).toThrow(
    new TypeError(
      'createApiKey: there is no option "expires"; the options are id, scopes, expiresAt',
    ),
  );
});

it('postgres names an option that does not exist', () => {
  const pool = { query: () => Promise.reject(new Error('asked')) };
  const misspelt = { tabel: 'sessions' } as PostgresDatabaseOptions;
  expect(() => postgres(pool as never, misspelt)).toThrow(
    new TypeError('postgres: there is no option "tabel"; the options are table, direct'),
  );
});

function entryOf() {
  return createApiKey({ id: 'orders', scopes: ['read:*'] }).entry;
}
