import { randomUUID } from 'node:crypto';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import type { TokenEvent } from 'unexpired';

// A full disk and a folder that may not be written, as the system reports them: root, as which tests often run, may write anywhere.
const real = { ...(await import('node:fs/promises')) };
let fault: Fault | undefined;
interface Fault {
  readonly code: string;
  readonly on: (typeof CALLS)[number];
  /** How often. Default: always. */
  times?: number;
}
const CALLS = [
  'read',
  'open',
  'writeFile',
  'sync',
  'rename',
  'unlink',
  'realpath',
  'readlink',
  'mkdir',
  'stat',
] as const;
const fail = (on: Fault['on']): void => {
  if (fault?.on !== on || fault.times === 0) return;
  if (fault.times !== undefined) fault.times--;
  throw Object.assign(new Error(`${fault.code}: as the system says it`), { code: fault.code });
};
const failing =
  <Args extends unknown[], T>(
    on: Fault['on'],
    call: (...args: Args) => Promise<T>,
  ): ((...args: Args) => Promise<T>) =>
  async (...args) => {
    fail(on);
    return call(...args);
  };
let folderFault: string | undefined;
/** What was done to files and folders, in order. */
let done: string[] = [];
jest.unstable_mockModule('node:fs/promises', () => ({
  ...real,
  unlink: failing('unlink', real.unlink),
  realpath: failing('realpath', real.realpath),
  readlink: failing('readlink', real.readlink),
  mkdir: failing('mkdir', real.mkdir),
  stat: failing('stat', real.stat as (...args: unknown[]) => Promise<unknown>),
  rename: async (from: string, to: string) => {
    fail('rename');
    await real.rename(from, to);
    done.push('renamed');
  },
  open: async (path: string, flags: string, mode: number) => {
    if (path === folder.path && folderFault !== undefined)
      throw Object.assign(new Error(folderFault), { code: folderFault });
    fail(flags === 'r' ? 'read' : 'open');
    const handle = await real.open(path, flags, mode);
    const what = path.endsWith('.tmp')
      ? 'draft'
      : path.endsWith(folder.path)
        ? 'folder'
        : undefined;
    if (what === undefined) return handle;
    return new Proxy(handle, {
      get(target, key) {
        const member: unknown = Reflect.get(target, key, target);
        if (typeof member !== 'function') return member;
        return async (...args: unknown[]) => {
          if (what === 'draft' && (key === 'writeFile' || key === 'sync')) fail(key);
          const result = await (member as (...args: unknown[]) => unknown).apply(target, args);
          if (key === 'writeFile' || key === 'sync') done.push(`${what}: ${key}`);
          return result;
        };
      },
    });
  },
}));
const { fileStore } = await import('../src/index.ts');
const { fileStoreOn } = await import('../src/file-store.ts');
const { createTokenManager } = await import('unexpired');
const { newFolder } = await import('./support/folder.ts');
const { recordOf } = await import('./support/records.ts');
const { steppingClock } = await import('./support/stepping-clock.ts');

let folder: Awaited<ReturnType<typeof newFolder>>;
let file = '';
beforeEach(async () => {
  folder = await newFolder();
  file = folder.at('credentials.json');
});
afterEach(async () => {
  fault = undefined;
  await folder.remove();
});

/** Resolves when the file is written. */
const written = (): Promise<void> =>
  new Promise((resolve) => {
    const stop = fileStore(file).subscribe?.(() => {
      stop?.();
      resolve();
    });
  });

describe('a file that is written', () => {
  it('is on the disk before it takes the place of the old one, and so is that, before anybody is told', async () => {
    done = [];
    await fileStore(file).write(recordOf(1), undefined);
    expect(done).toEqual(['draft: writeFile', 'draft: sync', 'renamed', 'folder: sync']);
  });
});

describe('a file that cannot be written', () => {
  it.each([
    ['the disk is full', { code: 'ENOSPC', on: 'writeFile' }, 'the disk is full (ENOSPC)'],
    [
      'the disk turns out full when it is synced',
      { code: 'ENOSPC', on: 'sync' },
      'the disk is full (ENOSPC)',
    ],
    [
      'the quota is used up',
      { code: 'EDQUOT', on: 'writeFile' },
      'the disk quota is used up (EDQUOT)',
    ],
    [
      'only the file is mounted',
      { code: 'EBUSY', on: 'rename' },
      'mount its folder instead (EBUSY)',
    ],
  ] as const)(
    'stays as it was, with nothing beside it, and the error says why: %s',
    async (_what, broken, why) => {
      const store = fileStoreOn(steppingClock(), file);
      const version = await store.write(recordOf(1), undefined);
      const text = await real.readFile(file, 'utf8');
      fault = broken;
      await expect(store.write(recordOf(2), version)).rejects.toMatchObject({
        code: broken.code,
        delivery: 'answered',
        message: expect.stringMatching(
          new RegExp(`^${file} could not be written: .*${why.replaceAll(/[()]/g, '\\$&')}$`),
        ),
      });
      expect(await real.readFile(file, 'utf8')).toBe(text);
      expect((await real.readdir(folder.path)).sort()).toEqual([
        'credentials.json',
        'credentials.json.write.lock',
      ]);
      fault = undefined;
      expect(await store.write(recordOf(2), version)).toEqual(expect.any(String));
    },
  );

  it('lets a sign-in reject at once, and the session before it stand', async () => {
    await fileStore(file).write(recordOf(1, { expiresAt: Date.now() + 3_600_000 }), undefined);
    const refresh = async () => ({ accessToken: 'access-3' });
    const tokens = createTokenManager({ store: fileStore(file), refresh });
    fault = { code: 'ENOSPC', on: 'writeFile' };
    await expect(tokens.setSession({ accessToken: 'access-2' })).rejects.toMatchObject({
      code: 'ERR_REFRESH_UNAVAILABLE',
      delivery: 'answered',
      cause: { code: 'ENOSPC' },
    });
    expect((await tokens.getToken())?.accessToken).toBe('access-1');
    await tokens.close();
    fault = undefined;
    expect((await fileStore(file).read())?.value).toMatchObject({ gen: 1 });
  });

  it('is told apart from one that was replaced, and whose folder could not be synced', async () => {
    folderFault = 'ENOSPC';
    const error = await fileStore(file)
      .write(recordOf(1), undefined)
      .catch((thrown: unknown) => thrown)
      .finally(() => (folderFault = undefined));
    expect(error).toMatchObject({ code: 'ENOSPC', message: expect.stringMatching(/be synced: /) });
    expect(error).not.toHaveProperty('delivery');
    expect((await fileStore(file).read())?.value).toMatchObject({ gen: 1 });
  });

  it('spends no refresh token when the disk is full before the refresh, and a valid token is still served', async () => {
    const HOUR = 3_600_000;
    await fileStore(file).write(
      { ...recordOf(1, { expiresAt: Date.now() + HOUR }), issuedAt: Date.now() - 99 * HOUR },
      undefined,
    );
    const refresh = jest.fn(async () => ({ accessToken: 'access-2', refreshToken: 'refresh-2' }));
    const tokens = createTokenManager({ store: fileStore(file), refresh, skewWindow: 2 * HOUR }); // due, and valid for an hour
    fault = { code: 'ENOSPC', on: 'writeFile' };
    expect((await tokens.getToken())?.accessToken).toBe('access-1');
    await expect(tokens.refresh()).rejects.toMatchObject({ code: 'ERR_REFRESH_UNAVAILABLE' });
    expect(refresh).not.toHaveBeenCalled();
    await tokens.close();
  });

  it('keeps tokens in memory when the disk fills up during the refresh, says so, and stores them once there is room', async () => {
    await fileStore(file).write(recordOf(1, { expiresAt: 0 }), undefined);
    const tokens = createTokenManager({
      store: fileStore(file),
      refresh: async () => {
        fault = { code: 'ENOSPC', on: 'writeFile' };
        return {
          accessToken: 'access-2',
          refreshToken: 'refresh-2',
          expires_in: 3600,
          access_token: 'access-2',
        };
      },
    });
    const warnings: TokenEvent[] = [];
    tokens.subscribe((event) => event.type === 'warning' && warnings.push(event));
    expect((await tokens.getToken())?.accessToken).toBe('access-2');
    expect(warnings).toMatchObject([
      {
        code: 'NOT_DURABLE',
        error: { cause: { message: expect.stringContaining('the disk is full') } },
      },
    ]);
    expect(JSON.parse(await real.readFile(file, 'utf8'))).toMatchObject({
      gen: 1,
      intent: { gen: 1 },
    });
    const stored = written();
    fault = undefined;
    await stored;
    expect(JSON.parse(await real.readFile(file, 'utf8'))).toMatchObject({
      gen: 2,
      tokens: { refreshToken: 'refresh-2' },
    });
    await tokens.close();
  });

  it('does not keep a sign-out from being one here, and the others learn of it once there is room', async () => {
    await fileStore(file).write(recordOf(1), undefined);
    const tokens = createTokenManager({
      store: fileStore(file),
      refresh: async () => ({ accessToken: 'access-2' }),
    });
    await tokens.getToken();
    fault = { code: 'ENOSPC', on: 'writeFile' };
    await expect(tokens.signOut()).rejects.toMatchObject({
      code: 'ERR_REFRESH_UNAVAILABLE',
      cause: { message: expect.stringContaining('the disk is full') },
    });
    expect([tokens.status, await tokens.getToken()]).toEqual(['signedOut', undefined]);
    expect(JSON.parse(await real.readFile(file, 'utf8'))).toMatchObject({ status: 'active' });
    const stored = written();
    fault = undefined;
    await stored;
    expect(JSON.parse(await real.readFile(file, 'utf8'))).toMatchObject({ status: 'signedOut' });
    await tokens.close();
  });

  it.each([
    [213, undefined],
    [214, 'written'], // the draft has 42 letters more
    [245, 'locked'],
    [256, 'read'],
  ])(
    'has a name with room for the names beside it, or the error says so at once: %d letters',
    async (letters, what) => {
      const long = folder.at('x'.repeat(letters));
      const writing = fileStoreOn(steppingClock(), long).write(recordOf(1), undefined);
      if (what === undefined) return expect(await writing).toEqual(expect.any(String));
      await expect(writing).rejects.toMatchObject({
        code: 'ENAMETOOLONG',
        delivery: 'answered',
        message: expect.stringMatching(
          new RegExp(`^${long}.* could not be ${what}: its name .*too long.* \\(ENAMETOOLONG\\)$`),
        ),
      });
      expect((await real.readdir(folder.path)).filter((name) => !name.endsWith('.lock'))).toEqual(
        [],
      );
    },
  );

  it('is told apart from one that may not even be read', async () => {
    await real.writeFile(file, JSON.stringify(recordOf(1)), { mode: 0o600 });
    fault = { code: 'EACCES', on: 'read' };
    const error = await fileStoreOn(steppingClock(), file).read().catch(String);
    expect(error).toMatch(/could not be read: this process may not read it.* \(EACCES\)$/);
  });

  it.each(['EACCES', 'EROFS'])(
    'is read all the same where its folder may not be written, and the errors say so (%s)',
    async (code) => {
      await real.writeFile(file, JSON.stringify(recordOf(1)), { mode: 0o600 });
      fault = { code, on: 'open' };
      const store = fileStoreOn(steppingClock(), file);
      const refresh = jest.fn(async () => ({ accessToken: 'access-2' }));
      const tokens = createTokenManager({ store, refresh });
      expect((await tokens.getToken())?.accessToken).toBe('access-1');
      const why = expect.stringMatching(
        /credentials\.json\.refresh\.lock could not be locked: .*folder/,
      );
      await expect(tokens.refresh()).rejects.toMatchObject({
        code: 'ERR_REFRESH_UNAVAILABLE',
        cause: { code, message: why },
      });
      await expect(store.write(recordOf(2), (await store.read())?.version)).rejects.toMatchObject({
        code,
        delivery: 'answered',
      });
      expect(refresh).not.toHaveBeenCalled();
      await tokens.close();
    },
  );
});

// Windows says so while a virus scanner, a backup or an editor has the file open. Tests run elsewhere, so this is played.
describe.each(['EPERM', 'EACCES', 'EBUSY'])('a moment in which the system says %s', (code) => {
  it.each(['read', 'open', 'rename', 'realpath', 'readlink', 'stat'] as const)(
    'is waited out by a write: %s',
    async (on) => {
      const store = fileStore(file);
      const version = await store.write(recordOf(1), undefined);
      fault = { code, on, times: 2 };
      expect(await store.write(recordOf(2), version)).toEqual(expect.any(String));
      expect(fault.times).toBe(0);
      expect((await store.read())?.value).toMatchObject({ gen: 2 });
      expect((await real.readdir(folder.path)).sort()).toEqual([
        'credentials.json',
        'credentials.json.write.lock',
      ]);
    },
  );

  it('is waited out by the first write, which makes the folder', async () => {
    fault = { code, on: 'mkdir', times: 2 };
    await fileStore(folder.at('new', 'credentials.json')).write(recordOf(1), undefined);
    expect(fault.times).toBe(0);
  });

  it.each(['read', 'realpath', 'readlink', 'stat'] as const)(
    'is waited out by a read: %s',
    async (on) => {
      await fileStore(file).write(recordOf(1), undefined);
      fault = { code, on, times: 2 };
      expect((await fileStore(file).read())?.value).toMatchObject({ gen: 1 });
    },
  );

  it('is waited out by a process that takes the refresh lock', async () => {
    fault = { code, on: 'open', times: 2 };
    expect(await fileStore(file).lock?.request('x', {}, async () => 'held')).toBe('held');
  });

  it.each([
    ['open', 'write', /could not be locked: .*(close|virus)/],
    ['rename', 'write', /could not be written: .*(close|virus)/],
    ['realpath', 'write', /could not be read: .*(close|virus)/],
    ['read', 'read', /could not be read: .*(close|virus)/],
    ['stat', 'read', /could not be read: .*(close|virus)/],
    ['readlink', 'read', /could not be read: .*(close|virus)/],
    ['open', 'lock', /could not be locked: .*(close|virus)/],
    ['realpath', 'lock', /could not be locked: .*(close|virus)/],
  ] as const)(
    'that lasts for a second is an error that says what to do: %s in a %s',
    async (on, what, message) => {
      const version = await fileStore(file).write(recordOf(1), undefined);
      const clock = steppingClock();
      const store = fileStoreOn(clock, file);
      fault = { code, on };
      const asked = { read: store.read, write: () => store.write(recordOf(2), version) };
      const lock = store.lock?.request.bind(store.lock, 'x', {}, async () => undefined);
      await expect(what === 'lock' ? lock?.() : asked[what]()).rejects.toMatchObject({
        code,
        message: expect.stringMatching(message),
      });
      const pauses = on === 'open' && what === 'lock' ? clock.background : clock.pauses;
      expect(pauses).toEqual([10, 20, 40, 80, 160, 320, 370]);
      fault = undefined;
      expect((await store.read())?.value).toMatchObject({ gen: 1 });
    },
  );

  it('ends the wait for a lock with its signal, at once', async () => {
    const controller = new AbortController();
    const clock = steppingClock(() => controller.abort(new Error('given up')));
    const store = fileStoreOn(clock, file);
    fault = { code, on: 'open' };
    const { signal } = controller;
    await expect(store.lock?.request('x', { signal }, async () => 'held')).rejects.toThrow(
      'given up',
    );
    expect(clock.background).toHaveLength(1);
  });

  it('costs nothing where folders cannot be opened, as on Windows, and nobody can sync them', async () => {
    const clock = steppingClock();
    folderFault = code;
    try {
      await fileStoreOn(clock, file).write(recordOf(1), undefined);
    } finally {
      folderFault = undefined;
    }
    expect(clock.pauses).toEqual([]);
  });

  it('leaves no draft with tokens behind', async () => {
    const store = fileStore(file);
    await store.write(recordOf(1), undefined);
    const draft = folder.at(`.credentials.json.${randomUUID()}.tmp`);
    await real.writeFile(draft, 'refresh-token');
    await real.utimes(draft, new Date(0), new Date(0));
    fault = { code, on: 'unlink', times: 2 };
    await fileStore(file).write(recordOf(2), (await store.read())?.version);
    expect(await real.readdir(folder.path)).not.toContain(path.basename(draft));
  });
});
