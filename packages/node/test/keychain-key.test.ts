import { readFile } from 'node:fs/promises';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { atDesktop, type Outcome, withKeychain } from './support/keychain.ts';
import { newFolder } from './support/folder.ts';

/** A keychain that is played: what its entry does. */
let entry: { getSecret(): Promise<number[] | null>; setPassword(text: string): Promise<void> };
jest.unstable_mockModule('@napi-rs/keyring', () => ({
  get AsyncEntry() {
    return class {
      constructor() {
        return entry;
      }
    };
  },
}));
const { keychainKey } = await import('../src/index.ts');

jest.setTimeout(120_000); // a session of the desktop is several processes, and each test has up to three

let folder: Awaited<ReturnType<typeof newFolder>>;
beforeEach(async () => {
  folder = await newFolder();
});
afterEach(() => folder.remove());

const bytes = (text: string): number[] => [...Buffer.from(text)];
const rejected = (key: () => Promise<unknown>): Promise<string> =>
  key().then(
    () => 'a key',
    (error: unknown) => (error as Error).message,
  );

withKeychain('a key', () => {
  const get = (...args: string[]) => ['get', ...args];
  const keysOf = (outcomes: readonly Outcome[]): unknown[] =>
    outcomes.flatMap(({ value, error }) => {
      if (error !== undefined) throw new Error(error);
      return value as string[];
    });

  it('is made at its first use, 32 random bytes; callers at the same moment, and later, get the same', async () => {
    const runs = Array.from({ length: 4 }, () => get('tool'));
    const first = keysOf(await atDesktop(folder.path, 'unlocked', runs));
    expect(first).toHaveLength(8);
    const after = keysOf(await atDesktop(folder.path, 'unlocked', [get('tool')]));
    expect(new Set([...first, ...after]).size).toBe(1);
    expect(Buffer.from(String(first[0]), 'base64')).toHaveLength(32);
  });

  it('is another one for each tool, and each account of it', async () => {
    const runs = [get('tool'), get('other'), get('tool', 'work')];
    expect(new Set(keysOf(await atDesktop(folder.path, 'unlocked', runs))).size).toBe(3);
  });

  it('opens what it has closed, in another process', async () => {
    const file = folder.at('session.json');
    await atDesktop(folder.path, 'unlocked', [['write', file, 'tool']]);
    expect(await readFile(file, 'utf8')).not.toContain('secret');
    expect(await atDesktop(folder.path, 'unlocked', [['read', file, 'tool']])).toMatchObject([
      { value: { tokens: { refreshToken: 'secret-refresh' } } },
    ]);
  });

  it('is an error while the keychain is locked, and the same key when it is open again', async () => {
    const [before] = await atDesktop(folder.path, 'unlocked', [get('tool')]);
    const locked = await atDesktop(folder.path, 'locked', [get('tool')]);
    expect(locked).toEqual([{ error: expect.stringMatching(/locked \(.*dismissed/) }]);
    expect(await atDesktop(folder.path, 'unlocked', [get('tool')])).toEqual([before]);
  });

  it('is never put in the place of something else', async () => {
    await atDesktop(folder.path, 'unlocked', [['put', 'tool', 'a password']]);
    for (let time = 0; time < 2; time++)
      expect(await atDesktop(folder.path, 'unlocked', [get('tool')])).toEqual([
        { error: expect.stringContaining('is not 32 bytes in base64; it was left as it is') },
      ]);
  });

  it.each(['without a keychain', 'without a bus'] as const)(
    'is an error that says what to do in a session %s, as in a container or over SSH',
    async (login) => {
      expect(await atDesktop(folder.path, login, [get('tool')])).toEqual([
        {
          error: expect.stringMatching(/there is none here.*give encryptedStore a key of your own/),
        },
      ]);
    },
  );
});

describe('a key of a keychain that misbehaves', () => {
  const before = process.env['XDG_RUNTIME_DIR'];
  beforeEach(() => {
    process.env['XDG_RUNTIME_DIR'] = folder.path; // where the lock is for making a key
  });
  afterEach(() => {
    if (before === undefined) delete process.env['XDG_RUNTIME_DIR'];
    else process.env['XDG_RUNTIME_DIR'] = before;
  });

  const denied = new Error("Couldn't access platform storage: AccessDenied");

  it('is an error when access is denied, and nothing is written', async () => {
    const setPassword = jest.fn(async () => undefined);
    entry = { getSecret: () => Promise.reject(denied), setPassword };
    const message = await rejected(keychainKey({ service: 'tool' }));
    expect(message).toMatch(/AccessDenied\); in a container, over SSH and in CI/);
    expect(setPassword).not.toHaveBeenCalled();
  });

  it('is an error when it cannot be written, or is not there after it was', async () => {
    entry = { getSecret: async () => null, setPassword: () => Promise.reject(denied) };
    expect(await rejected(keychainKey({ service: 'tool' }))).toContain('AccessDenied');
    entry = { getSecret: async () => null, setPassword: async () => undefined };
    expect(await rejected(keychainKey({ service: 'tool' }))).toContain('did not keep the key');
  });

  it.each([
    ['too short', Buffer.alloc(16).toString('base64')],
    ['too long', Buffer.alloc(33).toString('base64')],
    ['not base64', '!'.repeat(44)],
    ['empty', ''],
  ])(
    'is an error when what is there is %s, which is never quoted nor replaced',
    async (_what, text) => {
      const setPassword = jest.fn(async () => undefined);
      entry = { getSecret: async () => bytes(text), setPassword };
      const message = await rejected(keychainKey({ service: 'tool' }));
      expect(message).toContain('is not 32 bytes in base64');
      if (text !== '') expect(message).not.toContain(text);
      expect(setPassword).not.toHaveBeenCalled();
    },
  );

  it('is made by one of those who find none at the same moment, however slowly the keychain writes', async () => {
    let stored: string | undefined;
    let readBack = (): void => undefined;
    const wasReadBack = new Promise<void>((resolve) => (readBack = resolve));
    const setPassword = jest.fn(async (text: string) => {
      if (setPassword.mock.calls.length > 1) await wasReadBack;
      stored = text;
    });
    entry = {
      async getSecret() {
        if (stored === undefined) return null;
        readBack();
        return bytes(stored);
      },
      setPassword,
    };
    const [one, other] = [keychainKey({ service: 'tool' }), keychainKey({ service: 'tool' })];
    const keys = await Promise.all([one(), other()]);
    expect(keys[0]).toEqual(keys[1]);
    expect(setPassword).toHaveBeenCalledTimes(1);
  });

  it('is asked for again after an error, and kept once it is known, a copy for each', async () => {
    const text = Buffer.alloc(32, 7).toString('base64');
    const getSecret = jest.fn(async () => bytes(text));
    getSecret.mockRejectedValueOnce(denied);
    entry = { getSecret, setPassword: async () => undefined };
    const key = keychainKey({ service: 'tool' });
    expect(await rejected(key)).toContain('AccessDenied');
    (await key()).fill(0);
    expect(await key()).toEqual(new Uint8Array(32).fill(7));
    expect(getSecret).toHaveBeenCalledTimes(2);
  });

  it('is an error that says what to install where the package is not there', async () => {
    const hooks = `import { registerHooks } from 'node:module';
      registerHooks({
        resolve(specifier, context, next) {
          if (specifier === '@napi-rs/keyring') throw new Error('Cannot find package');
          return next(specifier, context);
        },
      });`;
    const without = ['--import', `data:text/javascript,${encodeURIComponent(hooks)}`];
    expect(await atDesktop(folder.path, 'without a bus', [['get', 'tool']], without)).toEqual([
      { error: expect.stringContaining('npm install @napi-rs/keyring') },
    ]);
  });

  it.each([
    [undefined, 'service: expected a string that is not empty and has no NUL, got undefined'],
    [
      { service: '' },
      'service: expected a string that is not empty and has no NUL, got an empty string',
    ],
    [
      { service: 'a', acount: 'b' },
      'keychainKey: there is no option "acount"; the options are service, account',
    ],
    [{ service: 1 }, 'service: expected a string that is not empty and has no NUL, got 1'],
    [
      { service: 'a', account: '' },
      'account: expected a string that is not empty and has no NUL, got an empty string',
    ],
  ])('checks its options at once (%#)', (options, message) => {
    expect(() => keychainKey(options as never)).toThrow(new TypeError(message));
  });
});
