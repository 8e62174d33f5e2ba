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
  rm,
  stat,
  symlink,
  utimes,
  writeFile,
} from 'node:fs/promises';
import { createServer, type Server } from 'node:net';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { createTokenManager, type TokenEvent } from 'unexpired';
import { SIGN_IN } from 'unexpired/adapter';
import { fileLock, fileStore } from '../src/index.ts';
import { newFolder } from './support/folder.ts';
import { recordOf } from './support/records.ts';
import { unread, wrongRecord } from './support/wrong-record.ts';

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

  it.each([
    ['of the owner of the file, in a folder of root that they may write to', 0, 1234, 1234],
    ['of the owner of the folder, where the file is of root', 1234, 0, 1234],
    ['of the owner of the file, where the folder is of somebody else', 1235, 1234, 1234],
    ['of the owner of the folder, where there is no file', 1234, undefined, 1234],
  ])('includes lock files that root made: they are %s', async (_whose, ofFolder, ofFile, owner) => {
    if (process.getuid?.() !== 0) return expect(process.getuid?.()).not.toBe(0); // only root can give files away
    await chown(folder.path, ofFolder, 1234);
    await chmod(folder.path, 0o770);
    if (ofFile !== undefined) {
      await writeFile(file, JSON.stringify(recordOf(1)));
      await chown(file, ofFile, ofFile);
    }
    const store = fileStore(file);
    for (const name of ['any', `any${SIGN_IN}`])
      await store.lock?.request(name, {}, async () => undefined);
    await fileLock(file).request('any', {}, async () => undefined);
    await store.write(recordOf(2), (await store.read())?.version);
    const locks = (await readdir(folder.path)).filter((name) => name.endsWith('.lock'));
    const owners = await Promise.all(locks.map(async (name) => (await stat(folder.at(name))).uid));
    expect(owners).toEqual([owner, owner, owner, owner]);
  });

  it('includes lock files that root made before: the next use by root gives them away', async () => {
    if (process.getuid?.() !== 0) return expect(process.getuid?.()).not.toBe(0); // only root can give files away
    await writeFile(file, JSON.stringify(recordOf(1)));
    await chown(file, 1234, 1234);
    await writeFile(`${file}.write.lock`, '', { mode: 0o600 });
    const store = fileStore(file);
    await store.write(recordOf(2), (await store.read())?.version);
    expect((await stat(`${file}.write.lock`)).uid).toBe(1234);
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

  it.each(['C://tool/credentials.json', 'a:b', './file:/x'])(
    'may be a path that looks a little like a URL: %s',
    (text) => {
      expect(fileStore(text).name).toBe(path.resolve(text));
    },
  );

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
      () => fileStore(new URL('https://id.example.com/secret')),
      'fileStore: expected the path of a file, or its URL, got a URL of https:',
    ],
    [
      () => fileLock(new URL('data:text/plain,secret')),
      'fileLock: expected the path of a file, or its URL, got a URL of data:',
    ],
    [
      () => fileStore(new URL('file:///a%00b')),
      'fileStore: expected the path of a file, or its URL, got a path with a NUL in it',
    ],
    [
      () => fileStore('a\0b'),
      'fileStore: expected the path of a file, or its URL, got a path with a NUL in it',
    ],
    [
      () => fileStore('file:///srv/credentials.json'),
      'fileStore: expected the path of a file, or its URL, got a URL as a text: make it a URL object, new URL(...)',
    ],
    [
      () => fileStore('FILE:/srv/credentials.json'),
      'fileStore: expected the path of a file, or its URL, got a URL as a text: make it a URL object, new URL(...)',
    ],
    [
      () => fileLock('https://id.example.com/secret'),
      'fileLock: expected the path of a file, or its URL, got a URL as a text: make it a URL object, new URL(...)',
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

describe('a file URL that names no file of this machine', () => {
  it.each(['file:///a%2Fb', ...(process.platform === 'win32' ? [] : ['file://host/b'])])(
    'is a TypeError that names the function, and keeps what the system says: %s',
    (url) => {
      expect(() => fileStore(new URL(url))).toThrow(
        expect.objectContaining({
          name: 'TypeError',
          message: expect.stringMatching(/^fileStore: expected the path of a file, or its URL: ./),
        }),
      );
    },
  );
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
