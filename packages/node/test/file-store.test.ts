import { execFileSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import {
  chmod,
  chown,
  link,
  lstat,
  mkdir,
  readdir,
  readFile,
  readlink,
  rename,
  rm,
  stat,
  symlink,
  utimes,
  writeFile,
} from 'node:fs/promises';
import { createServer, type Server } from 'node:net';
import path from 'node:path';
import { runInThisContext } from 'node:vm';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { createTokenManager, type TokenEvent } from 'unexpired';
import { fileStoreOn } from '../src/file-store.ts';
import { fileStore } from '../src/index.ts';
import { newFolder } from './support/folder.ts';
import { recordOf } from './support/records.ts';
import { steppingClock } from './support/stepping-clock.ts';

let folder: Awaited<ReturnType<typeof newFolder>>;
let file = '';
beforeEach(async () => {
  folder = await newFolder();
  file = folder.at('credentials.json');
});
const servers: Server[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) server.close();
  await folder.remove();
});

const modeOf = async (of: string): Promise<number> => (await stat(of)).mode & 0o777;
const unread = (store: { read(): Promise<unknown> }): Promise<unknown> =>
  store.read().then(
    () => 'read',
    (error: unknown) => error,
  );
const wrongRecord = (named: string) =>
  expect.objectContaining({
    name: 'TokenError',
    code: 'ERR_STORE_RECORD',
    message: expect.stringContaining(named),
  });

describe('who may read it', () => {
  it('is the owner alone: of the file, its folder where that is new, and the lock files', async () => {
    const store = fileStore(folder.at('new', 'deep', 'credentials.json'));
    await store.write(recordOf(1), undefined);
    await store.lock?.request('any', {}, async () => undefined);
    const names = await readdir(folder.at('new', 'deep'));
    expect(names.sort()).toEqual([
      'credentials.json',
      'credentials.json.refresh.lock',
      'credentials.json.write.lock',
    ]);
    for (const name of names) expect(await modeOf(folder.at('new', 'deep', name))).toBe(0o600);
    expect(await modeOf(folder.at('new', 'deep'))).toBe(0o700);
    expect(await modeOf(folder.at('new'))).toBe(0o700);
  });

  it('is warned about once where others could, and the next write makes it private', async () => {
    await writeFile(file, JSON.stringify(recordOf(1)));
    await chmod(file, 0o644);
    const tokens = createTokenManager({
      store: fileStore(file),
      refresh: async () => ({ accessToken: 'access-2' }),
    });
    const warnings: TokenEvent[] = [];
    tokens.subscribe((event) => event.type === 'warning' && warnings.push(event));
    await tokens.getToken();
    await tokens.refresh();
    await tokens.refresh();
    await tokens.close();
    expect(warnings).toEqual([
      expect.objectContaining({
        code: 'STORE_PERMISSIONS',
        message: expect.stringContaining(`${file} has mode 644`),
      }),
    ]);
    expect(await modeOf(file)).toBe(0o600);
  });

  it('stays its owner when root writes it, and the lock files are theirs too', async () => {
    if (process.getuid?.() !== 0) return expect(process.getuid?.()).not.toBe(0); // only root can give files away
    await chown(folder.path, 1234, 1234);
    await writeFile(file, JSON.stringify(recordOf(1)));
    await chown(file, 1234, 1234);
    const store = fileStore(file);
    await store.write(recordOf(2), (await store.read())?.version);
    await store.lock?.request('any', {}, async () => undefined);
    for (const name of await readdir(folder.path))
      expect([name, (await stat(folder.at(name))).uid]).toEqual([name, 1234]);
  });
});

describe('a lock file that somebody put there', () => {
  it.each(['write', 'refresh'])(
    'is not followed to another file, which would be given away: %s',
    async (which) => {
      await mkdir(folder.at('theirs'));
      if (process.getuid?.() === 0) await chown(folder.at('theirs'), 1234, 1234);
      await writeFile(folder.at('ours'), 'of root alone');
      const before = await stat(folder.at('ours'));
      await symlink(folder.at('ours'), folder.at('theirs', `file.json.${which}.lock`));
      const store = fileStore(folder.at('theirs', 'file.json'));
      const used =
        which === 'write'
          ? store.write(recordOf(1), undefined)
          : store.lock?.request('any', {}, async () => undefined);
      await expect(used).rejects.toMatchObject({
        code: 'ELOOP',
        message: expect.stringContaining('a symbolic link is in its place'),
      });
      expect(await stat(folder.at('ours'))).toMatchObject({ uid: before.uid, gid: before.gid });
    },
  );

  it('stays whose it is where it has another name as well', async () => {
    await mkdir(folder.at('theirs'));
    if (process.getuid?.() === 0) await chown(folder.at('theirs'), 1234, 1234);
    await writeFile(folder.at('ours'), 'of root alone');
    const before = await stat(folder.at('ours'));
    await link(folder.at('ours'), folder.at('theirs', 'file.json.write.lock'));
    await fileStore(folder.at('theirs', 'file.json')).write(recordOf(1), undefined);
    expect(await stat(folder.at('ours'))).toMatchObject({ uid: before.uid, gid: before.gid });
  });
});

describe('other settings in the same file', () => {
  const CONFIG =
    '{\r\n\t"theme" : "dark",\r\n\t"id": 12345678901234567890,\r\n\t"auth": {"old": true},\r\n\t"last": [1,\t2]\r\n}\r\n';

  it('stay as they are, to the character, whatever numbers and layout they have', async () => {
    await writeFile(file, CONFIG);
    const store = fileStore(file, { pointer: '/auth/session' });
    const version = await store.write(recordOf(1), undefined);
    await store.write({ ...recordOf(1), gen: 2 }, version);
    const text = await readFile(file, 'utf8');
    const [before = '', after = ''] = CONFIG.split('{"old": true}');
    expect(text.startsWith(before)).toBe(true);
    expect(text.endsWith(after)).toBe(true);
    expect(JSON.parse(text)).toMatchObject({
      theme: 'dark',
      auth: { old: true, session: { gen: 2 } },
      last: [1, 2],
    });
  });

  it('may change between a read and a write: the write is refused, and then succeeds beside the change', async () => {
    await writeFile(file, CONFIG);
    const store = fileStore(file, { pointer: '/auth/session' });
    const version = await store.write(recordOf(1), undefined);
    await writeFile(file, (await readFile(file, 'utf8')).replace('dark', 'light'));
    expect(await store.write(recordOf(2), version)).toBeUndefined();
    await store.write(recordOf(2), (await store.read())?.version);
    expect(JSON.parse(await readFile(file, 'utf8'))).toMatchObject({
      theme: 'light',
      auth: { session: { gen: 2 } },
    });
  });

  it('may be other sessions: each has its own pointer and its own lock', async () => {
    const [one, two] = [fileStore(file, { pointer: '/a' }), fileStore(file, { pointer: '/b' })];
    await Promise.all([one.write(recordOf(1), undefined), two.write(recordOf(2), undefined)]);
    await one.lock?.request('x', {}, async () => two.lock?.request('x', {}, async () => undefined));
    expect([(await one.read())?.value, (await two.read())?.value]).toMatchObject([
      { gen: 1 },
      { gen: 2 },
    ]);
  });

  it.each(['/theme/deeper', '/last/0/x', '/last/9', '/last/length'])(
    'block %s, and stay',
    async (pointer) => {
      await writeFile(file, CONFIG);
      const store = fileStore(file, { pointer });
      expect(await unread(store)).toEqual(wrongRecord(`${file}#${pointer}`));
      await expect(store.write(recordOf(1), undefined)).rejects.toEqual(wrongRecord(file));
      expect(await readFile(file, 'utf8')).toBe(CONFIG);
    },
  );
});

describe('a file without anything in it, as touch or a crash leaves it', () => {
  it.each([
    ['empty', '', undefined],
    ['white space', ' \r\n', undefined],
    ['a byte order mark', '\uFEFF', undefined],
    ['empty, for a part of it', '', '/auth'],
  ])(
    '(%s) is looked at five times, and then holds nobody: a sign-in is stored',
    async (_, text, pointer) => {
      await writeFile(file, text, { mode: 0o600 });
      const clock = steppingClock();
      const store = fileStoreOn(clock, file, { pointer });
      expect(await store.read()).toBeUndefined();
      expect(clock.pauses).toEqual([20, 40, 70, 120]);
      const tokens = createTokenManager({
        store,
        refresh: async () => ({ accessToken: 'access-2' }),
      });
      expect(await tokens.getToken()).toBeUndefined();
      await tokens.setSession({ accessToken: 'access-1' });
      await tokens.close();
      const found = await fileStore(file, { pointer }).read();
      expect(found?.value).toMatchObject({ tokens: { accessToken: 'access-1' } });
    },
  );
});

describe('what is not ours', () => {
  it.each([
    ['not JSON', '{"access_token": "secret-1", '],
    ['not text', Buffer.from([0x22, 0xff, 0xfe, 0x22])],
  ])(
    'is reported with the path when it is %s, never with its contents, and never overwritten',
    async (_what, contents) => {
      await writeFile(file, contents);
      const store = fileStore(file);
      const error = await unread(store);
      expect(error).toEqual(wrongRecord(file));
      expect(`${String(error)} ${JSON.stringify(error)}`).not.toContain('secret');
      await expect(store.write(recordOf(1), undefined)).rejects.toEqual(wrongRecord(file));
      const tokens = createTokenManager({
        store,
        refresh: async () => ({ accessToken: 'access-2' }),
      });
      await expect(tokens.getToken()).rejects.toEqual(wrongRecord(file));
      await expect(tokens.setSession({ accessToken: 'access-1' })).rejects.toEqual(
        wrongRecord(file),
      );
      await expect(tokens.signOut()).rejects.toEqual(wrongRecord(file));
      await tokens.close();
      expect(await readFile(file)).toEqual(Buffer.from(contents as string));
    },
  );

  it.each([
    ['a record of a later version', { v: 2, session: 's', secret: 'secret-1' }],
    ['something else', { hello: 'secret-1' }],
  ])(
    'is reported and stays when it is %s, also with a parse that knows nothing of it',
    async (_what, value) => {
      await writeFile(file, JSON.stringify(value));
      for (const parse of [undefined, () => undefined]) {
        const tokens = createTokenManager({
          store: fileStore(file, { parse }),
          refresh: async () => ({ accessToken: 'access-2' }),
        });
        const error = await tokens.getToken().catch((reason: unknown) => reason);
        expect(error).toEqual(wrongRecord(file));
        expect(String(error)).not.toContain('secret');
        await tokens.close();
      }
      expect(JSON.parse(await readFile(file, 'utf8'))).toEqual(value);
    },
  );

  it('is read again where somebody is just writing it in place', async () => {
    await writeFile(file, '{"v":1,"sess');
    const reading = fileStore(file).read();
    await writeFile(file, JSON.stringify(recordOf(3)));
    expect((await reading)?.value).toMatchObject({ gen: 3 });
  });
});

describe('what an older version of a tool left', () => {
  it('is taken over as a bare token set, and rewritten as a record by the next refresh', async () => {
    await writeFile(
      file,
      JSON.stringify({ access_token: 'old-access', refresh_token: 'old-refresh', expires_in: 0 }),
    );
    const tokens = createTokenManager({
      store: fileStore(file),
      refresh: async ({ refreshToken }) => ({
        accessToken: `new-access-after-${refreshToken}`,
        refreshToken: 'new-refresh',
      }),
    });
    expect((await tokens.getToken())?.accessToken).toBe('new-access-after-old-refresh');
    await tokens.close();
    expect(JSON.parse(await readFile(file, 'utf8'))).toMatchObject({
      v: 1,
      gen: 1,
      tokens: { refreshToken: 'new-refresh' },
    });
  });

  it('is read through parse, which is not asked about our own records', async () => {
    await writeFile(
      file,
      JSON.stringify({
        user: { bearer: 'old-access', renew: 'old-refresh', until: Date.now() + 3_600_000 },
      }),
    );
    const asked: unknown[] = [];
    const parse = (old: unknown) => {
      asked.push(old);
      const { user } = old as { user: { bearer: string; renew: string; until: number } };
      return { accessToken: user.bearer, refreshToken: user.renew, expiresAt: user.until };
    };
    const open = () =>
      createTokenManager({
        store: fileStore(file, { parse }),
        refresh: async () => ({ accessToken: 'access-2' }),
      });
    const [first, second] = [open(), open()];
    expect((await first.getToken())?.accessToken).toBe('old-access');
    await first.refresh();
    const before = asked.length;
    expect((await second.getToken())?.accessToken).toBe('access-2');
    expect(asked).toHaveLength(before);
    await Promise.all([first.close(), second.close()]);
  });

  it('is not a session where parse is asynchronous, and no rejection of it ends the process', async () => {
    await writeFile(file, JSON.stringify({ token: 'secret-1' }));
    const real = runInThisContext('process') as NodeJS.Process; // no rejection is reported to the one of a test
    const unhandled: unknown[] = [];
    const note = (reason: unknown): void => void unhandled.push(reason);
    real.on('unhandledRejection', note);
    try {
      const parse = () => Promise.reject(new Error('later')) as never;
      const tokens = createTokenManager({
        store: fileStore(file, { parse }),
        refresh: async () => ({ accessToken: 'access-2' }),
      });
      await expect(tokens.getToken()).rejects.toEqual(wrongRecord(file));
      await new Promise((resolve) => setImmediate(resolve));
    } finally {
      real.off('unhandledRejection', note);
    }
    expect(unhandled).toEqual([]);
  });

  it('is not quoted when parse throws', async () => {
    await writeFile(file, JSON.stringify({ token: 'secret-1' }));
    const store = fileStore(file, {
      parse: (old) => {
        throw new SyntaxError(`cannot read ${JSON.stringify(old)}`);
      },
    });
    const error = (await unread(store)) as Error;
    expect(error).toEqual(
      wrongRecord(`${file} holds something that parse() could not read (SyntaxError)`),
    );
    expect(`${error.message} ${String(error.cause)}`).not.toContain('secret');
  });
});

describe('what another release of this library wrote', () => {
  it('is a session, whatever members it has besides, and they stay in the tokens', async () => {
    const later = {
      ...recordOf(1),
      since: 'later',
      tokens: { ...recordOf(1).tokens, binding: 'kept' },
    };
    await writeFile(file, JSON.stringify(later));
    const tokens = createTokenManager({
      store: fileStore(file),
      refresh: async () => ({ accessToken: 'access-2' }),
    });
    expect((await tokens.getToken())?.accessToken).toBe('access-1');
    expect((await tokens.refresh()).accessToken).toBe('access-2');
    await tokens.close();
    expect(JSON.parse(await readFile(file, 'utf8'))).toMatchObject({
      v: 1,
      gen: 2,
      tokens: { refreshToken: 'refresh-1', binding: 'kept' },
    });
  });

  it('in a format of its own, while this one runs, is an error for a request that needs it, and stays; all goes on when it is taken back', async () => {
    const text = JSON.stringify(recordOf(1));
    await writeFile(file, text);
    let spent = 0;
    const tokens = createTokenManager({
      store: fileStore(file),
      refresh: async () => ({ accessToken: `access-${++spent + 1}` }),
    });
    await tokens.getToken();
    await writeFile(file, JSON.stringify({ ...recordOf(1), v: 2 }));
    await expect(tokens.refresh()).rejects.toEqual(wrongRecord(file));
    await expect(tokens.setSession({ accessToken: 'another' })).rejects.toEqual(wrongRecord(file));
    expect((await tokens.getToken())?.accessToken).toBe('access-1');
    expect([spent, JSON.parse(await readFile(file, 'utf8'))]).toMatchObject([0, { v: 2, gen: 1 }]);
    await writeFile(file, text);
    await tokens.close();
    const next = createTokenManager({
      store: fileStore(file),
      refresh: async () => ({ accessToken: `access-${++spent + 1}` }),
    });
    expect((await next.refresh()).accessToken).toBe('access-2');
    await next.close();
  });
});

describe('where the file is', () => {
  it('may be a link, which stays one: the file that it leads to is replaced', async () => {
    await mkdir(folder.at('real'));
    await writeFile(folder.at('real', 'target.json'), JSON.stringify(recordOf(1)));
    await symlink(path.join('real', 'target.json'), file);
    await symlink(folder.at('real'), folder.at('linked-folder'));
    const [byLink, byFolder] = [
      fileStore(file),
      fileStore(folder.at('linked-folder', 'target.json')),
    ];
    const version = await byLink.write(recordOf(2), (await byLink.read())?.version);
    expect((await lstat(file)).isSymbolicLink()).toBe(true);
    expect(await readlink(file)).toBe(path.join('real', 'target.json'));
    expect(await byFolder.read()).toMatchObject({ value: { gen: 2 }, version });
    expect((await readdir(folder.path)).sort()).toEqual([
      'credentials.json',
      'linked-folder',
      'real',
    ]);
  });

  it.each([
    ['relative and in a linked folder', path.join('..', 'secrets', 'target.json')],
    ['back out of a linked folder', ['..', 'shortcut', '..', 'target.json'].join(path.sep)],
  ])('may be a link, %s: it is where the system finds it', async (_how, target) => {
    await mkdir(folder.at('dotfiles', 'config'), { recursive: true });
    await mkdir(folder.at('dotfiles', 'secrets', 'deep'), { recursive: true });
    await symlink(folder.at('dotfiles', 'config'), folder.at('config'));
    await symlink(path.join('secrets', 'deep'), folder.at('dotfiles', 'shortcut'));
    await symlink(target, folder.at('dotfiles', 'config', 'link.json'));
    await writeFile(folder.at('dotfiles', 'secrets', 'target.json'), JSON.stringify(recordOf(1)));
    const store = fileStore(folder.at('config', 'link.json'));
    const seen = await store.read();
    expect(seen?.value).toMatchObject({ gen: 1 });
    await store.write(recordOf(2), seen?.version);
    expect(JSON.parse(await readFile(folder.at('config', 'link.json'), 'utf8'))).toMatchObject({
      gen: 2,
    });
    expect((await lstat(folder.at('dotfiles', 'config', 'link.json'))).isSymbolicLink()).toBe(true);
  });

  it('may be a link to where there is nothing yet', async () => {
    await symlink(folder.at('later', 'target.json'), file);
    expect(await fileStore(file).read()).toBeUndefined();
    await fileStore(file).write(recordOf(1), undefined);
    expect(JSON.parse(await readFile(folder.at('later', 'target.json'), 'utf8'))).toMatchObject({
      gen: 1,
    });
  });

  it('is an error, with its code, for a link that leads in a circle, and for a folder', async () => {
    await symlink(file, folder.at('other'));
    await symlink(folder.at('other'), file);
    await expect(fileStore(file).read()).rejects.toMatchObject({ code: 'ELOOP' });
    await expect(fileStore(folder.path).read()).rejects.toMatchObject({
      code: 'EISDIR',
      message: expect.stringContaining(folder.path),
    });
  });

  it('may be given as a URL, or relative to the current folder', async () => {
    expect(fileStore(pathToFileURL(file)).name).toBe(file);
    expect(fileStore('credentials.json').name).toBe(path.resolve('credentials.json'));
  });

  it.each([
    [
      () => fileStore(''),
      'fileStore: expected the path of a file, or its URL, got an empty string',
    ],
    [
      () => fileStore(undefined as never),
      'fileStore: expected the path of a file, or its URL, got undefined',
    ],
    [
      () => fileStore('a', { pointer: 'auth' }),
      'pointer: expected a JSON pointer (RFC 6901) such as "/auth", got "auth"',
    ],
    [
      () => fileStore('a', { pointer: '/a~2' }),
      'pointer: expected a JSON pointer (RFC 6901) such as "/auth", got "/a~2"',
    ],
    [
      () => fileStore('a', { pointer: 7 as never }),
      'pointer: expected a JSON pointer such as "/auth", got 7',
    ],
    [
      () => fileStore('a', { pionter: '/auth' } as never),
      'fileStore: there is no option "pionter"; the options are pointer, parse',
    ],
    [() => fileStore('a', null as never), 'fileStore: expected an object, got null'],
    [() => fileStore('a', { parse: {} as never }), 'parse: expected a function, got object'],
  ])('is checked at once (%#)', (open, message) => {
    expect(open).toThrow(new TypeError(message));
  });
});

describe('a file that others touch', () => {
  it('is a conflict when it was edited in place, replaced by the same contents, or went away', async () => {
    const store = fileStore(file);
    const first = await store.write(recordOf(1), undefined);
    const text = await readFile(file, 'utf8');
    await writeFile(file, text.replace('access-1', 'access-X'));
    expect(await store.write(recordOf(2), first)).toBeUndefined();

    const second = (await store.read())?.version;
    await writeFile(folder.at('copy'), await readFile(file));
    await rename(folder.at('copy'), file);
    expect(await store.write(recordOf(2), second)).toBeUndefined();

    const third = (await store.read())?.version;
    await rm(file);
    expect(await store.write(recordOf(2), third)).toBeUndefined();
    expect(await store.read()).toBeUndefined();
  });

  it('is signed out when the file goes away, and a refresh does not make it again', async () => {
    await writeFile(file, JSON.stringify(recordOf(1)));
    const tokens = createTokenManager({
      store: fileStore(file),
      refresh: async () => ({ accessToken: 'access-2' }),
    });
    await tokens.getToken();
    await rm(file);
    await expect(tokens.refresh()).rejects.toMatchObject({ code: 'ERR_SIGNED_OUT' });
    await tokens.close();
    expect(await readdir(folder.path)).not.toContain('credentials.json');
  });

  it('gets the newer tokens first where an older file was restored, and the older refresh token is never sent', async () => {
    const spent: (string | undefined)[] = [];
    const tokens = createTokenManager({
      store: fileStore(file),
      // Somebody may have begun to redeem the newer token, and that may have been forgotten with it: so long it is waited for.
      rotation: { grace: 100 },
      refresh: async ({ refreshToken }) => {
        spent.push(refreshToken);
        return { accessToken: `access-after-${refreshToken}`, refreshToken: `${refreshToken}+` };
      },
    });
    await tokens.setSession({ accessToken: 'access', refreshToken: 'r' });
    const backup = await readFile(file);
    await tokens.refresh();
    await writeFile(file, backup);
    await tokens.refresh();
    await tokens.close();
    expect(spent).toEqual(['r', 'r+']);
    expect(JSON.parse(await readFile(file, 'utf8'))).toMatchObject({
      gen: 2,
      tokens: { refreshToken: 'r++' },
    });
  });
});

describe('a byte order mark', () => {
  const BOM = '\uFEFF';

  it.each([
    ['the whole file', '', ''],
    ['a part of it', '/auth', '"theme": "dark"'],
  ])('is read past, and stays: %s', async (_what, pointer, settings) => {
    const content = pointer === '' ? recordOf(1) : { theme: 'dark', auth: recordOf(1) };
    await writeFile(file, `${BOM}${JSON.stringify(content, null, 2)}\n`);
    const store = fileStore(file, { pointer });
    const seen = await store.read();
    expect(seen?.value).toMatchObject({ gen: 1 });
    await store.write(recordOf(2), seen?.version);
    const text = await readFile(file, 'utf8');
    expect([text.startsWith(`${BOM}{`), text.lastIndexOf(BOM)]).toEqual([true, 0]);
    expect(text).toContain(settings);
    expect((await store.read())?.value).toMatchObject({ gen: 2 });
  });
});

describe('a file with another name as well (a hard link)', () => {
  const linked = async (): Promise<string> => {
    await writeFile(file, JSON.stringify(recordOf(1, { expiresAt: 0 })), { mode: 0o600 });
    await link(file, folder.at('other.json'));
    return readFile(file, 'utf8');
  };

  it('is read with a warning, and a write is refused before anything is lost: the other name would keep the old tokens', async () => {
    const before = await linked();
    const refresh = jest.fn(async () => ({ accessToken: 'access-2', refreshToken: 'refresh-2' }));
    const tokens = createTokenManager({ store: fileStore(file), refresh });
    const warnings: TokenEvent[] = [];
    tokens.subscribe((event) => event.type === 'warning' && warnings.push(event));
    const refused = wrongRecord('hard link');
    await expect(tokens.getToken()).rejects.toEqual(refused);
    await expect(tokens.setSession({ accessToken: 'a', refreshToken: 'r' })).rejects.toEqual(
      refused,
    );
    expect(warnings).toMatchObject([{ message: expect.stringContaining('hard link') }]);
    expect(refresh).not.toHaveBeenCalled();
    expect([await readFile(file, 'utf8'), await readFile(folder.at('other.json'), 'utf8')]).toEqual(
      [before, before],
    );
    await rm(folder.at('other.json'));
    await fileStore(file).write(recordOf(2), (await fileStore(file).read())?.version);
    await tokens.close();
  });

  it('that got it during a refresh is written all the same: the token that it holds may be spent', async () => {
    const store = fileStore(file);
    const intent = { gen: 1, owner: 'somebody', startedAt: 0, attempt: 1 };
    const version = await store.write({ ...recordOf(1), intent }, undefined);
    await link(file, folder.at('other.json'));
    expect(await store.write(recordOf(2), version)).toEqual(expect.any(String));
    expect((await store.read())?.value).toMatchObject({ gen: 2 });
  });
});

describe('something that is no file', () => {
  it.each<[string, () => Promise<unknown>]>([
    ['FIFO', async () => execFileSync('mkfifo', [file])],
    [
      'socket',
      async () => {
        const server = createServer();
        await new Promise<void>((resolve) => server.listen(file, resolve));
        servers.push(server);
      },
    ],
    ['device', () => symlink('/dev/zero', file)],
    ['folder', () => mkdir(file)],
  ])('is an error at once that says so, and nothing is done to it: %s', async (what, make) => {
    await make();
    const before = await stat(file);
    for (const store of [fileStore(file), fileStore(file, { pointer: '/auth' })]) {
      expect(await unread(store)).toMatchObject({ message: expect.stringContaining(what) });
      if (what !== 'device')
        // its lock files would lie in /dev
        await expect(store.write(recordOf(1), undefined)).rejects.toMatchObject({
          message: expect.stringContaining(what),
        });
    }
    expect(await stat(file)).toMatchObject({ ino: before.ino, mode: before.mode });
  });
});

describe('what is left behind', () => {
  it('is nothing but the file and its lock files; drafts of writers that were killed are removed after a minute', async () => {
    const drafts = [
      `.credentials.json.${randomUUID()}.tmp`,
      `.credentials.json.${randomUUID()}.tmp`,
      `.other.json.${randomUUID()}.tmp`,
    ];
    for (const draft of drafts) await writeFile(folder.at(draft), 'refresh-token');
    for (const draft of [drafts[0], drafts[2]])
      await utimes(folder.at(String(draft)), new Date(0), new Date(0));
    await fileStore(file).write(recordOf(1), undefined);
    expect(new Set(await readdir(folder.path))).toEqual(
      new Set([drafts[1], drafts[2], 'credentials.json', 'credentials.json.write.lock']),
    );
  });

  it('is ours alone: a file of somebody else stays, however much its name looks like a draft', async () => {
    const id = randomUUID();
    const others = [
      '.config.my-notes.tmp',
      '.config.tmp',
      '.config..tmp',
      `.config.${id}.tmp~`,
      `.config.${id}.tmp.tmp`,
      `.config.${id}x.tmp`,
      `.config.${id.slice(1)}.tmp`,
      `.config.my.${id}.tmp`,
      `.config.${id.toUpperCase()}.tmp`,
      `.config.${id.slice(0, 14)}1${id.slice(15)}.tmp`, // a UUID of another kind
      `.configX${id}.tmp`,
      `config.${id}.tmp`,
    ];
    const ours = `.config.${randomUUID()}.tmp`;
    for (const name of [...others, ours]) {
      await writeFile(folder.at(name), 'notes');
      await utimes(folder.at(name), new Date(0), new Date(0));
    }
    await fileStore(folder.at('config')).write(recordOf(1), undefined);
    expect((await readdir(folder.path)).sort()).toEqual(
      [...others, 'config', 'config.write.lock'].sort(),
    );
  });

  it('keeps nobody from writing where it cannot be removed', async () => {
    const draft = folder.at(`.credentials.json.${randomUUID()}.tmp`);
    await mkdir(draft); // as for a file of another user in a folder that many write to, the system refuses
    await utimes(draft, new Date(0), new Date(0));
    await fileStore(file).write(recordOf(1), undefined);
    expect((await fileStore(file).read())?.value).toMatchObject({ gen: 1 });
  });

  it('is no open file: neither by reading, writing, waiting for the lock, giving up, nor by what fails', async () => {
    const store = fileStore(file);
    const open = async (): Promise<string[]> => {
      const links = await Promise.all(
        (await readdir('/proc/self/fd')).map((fd) =>
          readlink(`/proc/self/fd/${fd}`).catch(() => ''),
        ),
      );
      return links.filter((link) => link.startsWith(folder.path));
    };
    let version: string | undefined;
    for (let gen = 0; gen < 20; gen++) version = await store.write(recordOf(gen), version);
    await store.write(recordOf(1), 'another');
    const controller = new AbortController();
    await store.lock?.request('x', {}, async () => {
      const waiting = store.lock?.request(
        'x',
        { signal: controller.signal },
        async () => undefined,
      );
      await store.read();
      controller.abort(new Error('given up'));
      await expect(waiting).rejects.toThrow('given up');
    });
    await writeFile(file, 'not JSON');
    await unread(store);
    await store.write(recordOf(1), undefined).catch(() => undefined);
    if (process.platform === 'linux') expect(await open()).toEqual([]);
    else expect(await readdir(folder.path)).toHaveLength(3);
  });
});
