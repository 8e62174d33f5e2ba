import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { createApiKey } from '../../src/index.ts';
import { loadSettings } from '../../src/program/settings.ts';
import { SetupError } from '../../src/program/setup-error.ts';
import { runProcess } from '../support/process.ts';

jest.setTimeout(60_000); // it starts processes, which takes its time on a busy machine

const CANARY = 'canary-9f31';
const root = mkdtempSync(path.join(tmpdir(), 'unexpired-configuration-'));
afterAll(() => rmSync(root, { recursive: true }));

let file: string;
beforeEach(() => {
  file = path.join(mkdtempSync(path.join(root, 'a-')), 'broker.json');
});

const CRM = { issuer: 'https://id.example.com', clientId: 'broker' };
const GOOD = { providers: { crm: CRM } };

const write = (content: unknown): string => {
  writeFileSync(file, typeof content === 'string' ? content : JSON.stringify(content));
  return file;
};

/** The lines of the refusal, without the name of the file. */
function refusal(content: unknown, env: Record<string, string> = {}): string[] {
  write(content);
  try {
    loadSettings(file, env);
  } catch (error) {
    expect(error).toBeInstanceOf(SetupError);
    expect((error as Error).message).not.toContain(CANARY);
    return (error as Error).message.split('\n').map((line) => line.replace(`${file}: `, ''));
  }
  throw new Error('the configuration was taken');
}

const WRONG: [name: string, content: unknown, line: string][] = [
  ['no provider', { providers: {} }, '/providers: expected at least one provider'],
  ['a list', [CANARY], '/: '],
  [
    'a secret in the file',
    { providers: { crm: { ...CRM, clientSecret: CANARY } } },
    '/providers/crm/clientSecret: expected { "env": "NAME" } or { "file": "path" }, since no secret stands in this file',
  ],
  [
    'a provider without an address',
    { providers: { crm: { clientId: CANARY } } },
    '/providers/crm: issuer or tokenEndpoint is missing',
  ],
  [
    'plain http',
    { providers: { crm: { ...CRM, issuer: `http://${CANARY}.example.com` } } },
    '/providers/crm/issuer: expected an absolute https address',
  ],
  [
    'credentials in an address',
    { providers: { crm: { ...CRM, revocationEndpoint: `https://a:${CANARY}@example.com` } } },
    '/providers/crm/revocationEndpoint: expected an absolute https address',
  ],
  [
    'a method without its secret',
    { providers: { crm: { ...CRM, clientAuthentication: 'client_secret_post' } } },
    '/providers/crm/clientAuthentication: needs a clientSecret beside it',
  ],
  [
    'a secret without use',
    {
      providers: {
        crm: { ...CRM, clientAuthentication: 'none', clientSecret: { env: CANARY } },
      },
    },
    '/providers/crm/clientSecret: contradicts clientAuthentication, which has none',
  ],
  [
    'a token that readers would see',
    { providers: { crm: { ...CRM, extra: ['id_token'] } } },
    '/providers/crm/extra: expected names of members that are no tokens',
  ],
  [
    'a way of rotating that there is not',
    { providers: { crm: { ...CRM, rotation: CANARY } } },
    '/providers/crm/rotation: expected "strict", "never" or { "grace": ms }',
  ],
  [
    'a proxy by its name',
    { ...GOOD, listen: { trustedProxies: [CANARY] } },
    '/listen/trustedProxies/0: expected an address or a network',
  ],
  ['a port', { ...GOOD, listen: { port: 99_999 } }, '/listen/port: Too big'],
  [
    'two databases',
    { ...GOOD, database: { sqlite: CANARY, postgres: { env: CANARY } } },
    '/database: expected { "sqlite": "path" } or',
  ],
  [
    'a secret that is not there',
    { providers: { crm: { ...CRM, clientSecret: { env: 'NOWHERE' } } } },
    '/providers/crm/clientSecret: the environment variable is not there, or is empty',
  ],
  [
    'a file that is not there',
    { ...GOOD, keys: { encryption: [{ file: CANARY }] } },
    '/keys/encryption/0: the file is not there, or is empty',
  ],
  [
    'a key that is too short',
    { ...GOOD, keys: { encryption: [{ env: 'SHORT' }] } },
    '/keys/encryption/0: expected 16 or 32 random bytes in base64',
  ],
  [
    'a scope that is none',
    {
      ...GOOD,
      keys: { api: [{ id: 'a', digest: '0'.repeat(64), scopes: ['read:*', CANARY] }] },
    },
    '/keys/api/0/scopes/1: expected role:prefix',
  ],
  [
    'two keys with one id',
    {
      ...GOOD,
      keys: {
        api: [
          { id: 'a', digest: '0'.repeat(64), scopes: ['read:*'] },
          { id: 'a', digest: '1'.repeat(64), scopes: ['read:*'] },
        ],
      },
    },
    '/keys/api/1/id: another key has the same',
  ],
  [
    'PostgreSQL without keys',
    { ...GOOD, database: { postgres: { env: 'SHORT' } } },
    '/keys/encryption: is missing: on PostgreSQL all replicas have the same',
  ],
  [
    'an audit trail that is not kept',
    { ...GOOD, audit: { keepDays: 0 } },
    '/audit/keepDays: Too small',
  ],
  ['no JSON', `{"providers": {"crm": {"clientSecret": "${CANARY}" x`, 'is not JSON'],
];

describe('a configuration', () => {
  it('with nothing but a provider listens on loopback, and keeps its sessions and keys in ./data beside the file', () => {
    const { listen, operator, database, limits, api, audit, createdKey, encryption } = loadSettings(
      write(GOOD),
      {},
    );
    expect(audit).toEqual({ keepDays: 90, reads: true });
    expect({ listen, operator }).toEqual({
      listen: { host: '127.0.0.1', port: 8080 },
      operator: { host: '127.0.0.1', port: 9090, hosts: [] },
    });
    expect(limits).toMatchObject({ headerBytes: 16_384, headersWithin: 10_000 });
    expect(database).toEqual({
      kind: 'sqlite',
      file: path.join(path.dirname(file), 'data', 'sessions.db'),
    });
    expect(api).toMatchObject([{ id: 'admin' }]);
    expect(createdKey).toMatch(/^unx_admin_/);
    expect(encryption[0]).toHaveLength(32);
    const again = loadSettings(file, {});
    expect(again).toMatchObject({ createdKey: undefined, encryption, api });
  });

  it('takes secrets from the environment and from files, and PostgreSQL from DATABASE_URL', () => {
    const { entry } = createApiKey({ id: 'orders', scopes: ['read:*'] });
    writeFileSync(path.join(path.dirname(file), 'secret'), 'from-a-file\n');
    const settings = loadSettings(
      write({
        providers: {
          crm: { ...CRM, clientSecret: { env: 'CRM_SECRET' } },
          mail: { ...CRM, clientSecret: { file: 'secret' } },
        },
        keys: { encryption: [{ env: 'KEY' }], api: [entry] },
      }),
      {
        CRM_SECRET: 'from-the-environment',
        KEY: Buffer.alloc(32, 1).toString('base64'),
        DATABASE_URL: 'postgres://127.0.0.1/a',
      },
    );
    expect(settings.providers).toMatchObject({
      crm: { clientSecret: 'from-the-environment' },
      mail: { clientSecret: 'from-a-file' },
    });
    expect(settings.database).toMatchObject({ kind: 'postgres', url: 'postgres://127.0.0.1/a' });
    expect(settings.encryption).toEqual([Buffer.alloc(32, 1)]);
    expect(settings.api).toEqual([entry]);
  });

  it('whose keys may be read by others is refused', () => {
    loadSettings(write(GOOD), {});
    const key = path.join(path.dirname(file), 'data', 'encryption.key');
    writeFileSync(`${key}.copy`, readFileSync(key), { mode: 0o644 });
    rmSync(key);
    writeFileSync(key, readFileSync(`${key}.copy`), { mode: 0o644 });
    expect(refusal(GOOD)[0]).toMatch(/may be read by others than its owner: chmod 600/);
  });
});

describe('a configuration with mistakes', () => {
  it('names each field that is not known by its JSON pointer', () => {
    const lines = refusal({
      providers: { crm: { ...CRM, clintId: CANARY }, 'a/b~c': { ...CRM, [CANARY.slice(7)]: 1 } },
      listen: { prt: CANARY },
      webhook: CANARY,
    });
    expect(lines.toSorted()).toEqual([
      '/listen/prt: there is no such field',
      '/providers/a~1b~0c/9f31: there is no such field',
      '/providers/crm/clintId: there is no such field',
      '/webhook: there is no such field',
    ]);
  });

  it.each(WRONG)('is refused for %s, without its value', (_name, content, line) => {
    expect(refusal(content, { SHORT: CANARY })).toContainEqual(expect.stringContaining(line));
  });

  it('says all that is wrong at once: what is not known, what is missing, what contradicts', () => {
    const lines = refusal({
      providers: { crm: { clientAuthentication: 'client_secret_basic', typo: 1 } },
    });
    expect(lines.map((line) => String(line.split(': ')[0])).toSorted()).toEqual([
      '/providers/crm',
      '/providers/crm/clientAuthentication',
      '/providers/crm/clientId',
      '/providers/crm/typo',
    ]);
  });

  it('stops the program with exit code 2, a line for each mistake, and no stack trace', async () => {
    const { code, stdout, stderr } = await runProcess([
      '--config',
      write({ providers: { crm: { ...CRM, a: 1, b: 2 } } }),
    ]);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toBe(
      `${file}: /providers/crm/a: there is no such field\n${file}: /providers/crm/b: there is no such field\n`,
    );
    const missing = await runProcess(['--config', `${file}.not`]);
    expect([missing.code, missing.stderr]).toEqual([
      2,
      `${file}.not cannot be read (ENOENT): --config needs the path of a file\n`,
    ]);
  });
});
