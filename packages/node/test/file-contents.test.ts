import { readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import type { Server } from 'node:net';
import { runInThisContext } from 'node:vm';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createTokenManager } from 'unexpired';
import { fileStoreOn } from '../src/file-store.ts';
import { fileStore } from '../src/index.ts';
import { newFolder } from './support/folder.ts';
import { recordOf } from './support/records.ts';
import { steppingClock } from './support/stepping-clock.ts';
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

  it.each([
    ['{"a": null, "b": 1}', '/a/b', '{"a": {"b":<1>}, "b": 1}'],
    ['{"a":[null,2]}', '/a/0/b', '{"a":[{"b":<1>},2]}'],
    ['{"a":{"b" : null}}', '/a/b/c/d', '{"a":{"b" : {"c":{"d":<1>}}}}'],
    [
      '{\r\n\t"z": 1,\r\n\t"a": null\r\n}\r\n',
      '/a/b',
      '{\r\n\t"z": 1,\r\n\t"a": {\r\n\t\t"b": <1>\r\n\t}\r\n}\r\n',
    ],
    [' null\n', '/a', ' {"a":<1>}\n'],
    ['\uFEFFnull', '/a/b', '\uFEFF{"a":{"b":<1>}}'],
  ])(
    'may have null where the pointer leads through, which then gives way to an object: %j',
    async (text, pointer, expected) => {
      await writeFile(file, text);
      const store = fileStore(file, { pointer });
      expect(await store.read()).toBeUndefined();
      const version = await store.write(recordOf(1), undefined);
      expect(await store.read()).toMatchObject({ value: { gen: 1 }, version });
      const [before = '', after = ''] = expected.split('<1>');
      const written = await readFile(file, 'utf8');
      expect([written.slice(0, before.length), written.slice(-after.length)]).toEqual([
        before,
        after,
      ]);
    },
  );

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
