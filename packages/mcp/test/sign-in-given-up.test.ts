import { readFile } from 'node:fs/promises';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { fileStore } from '@unexpired/node';
import { memoryStore, type RefreshLock } from 'unexpired';
import { newFolder } from '../../node/test/support/folder.ts';
import type { McpSession } from '../src/index.ts';
import { startWorld, type World } from './support/world.ts';
import { thrownBy } from './support/thrown-by.ts';
import { heldLogin } from './support/held-login.ts';

let world: World;

let signingIn: Promise<unknown>;

let folder: Awaited<ReturnType<typeof newFolder>>;

beforeEach(async () => {
  folder = await newFolder();
});

afterEach(async () => {
  await world.stop();
  await folder.remove();
});

describe('signIn()', () => {
  it('that is given up rejects with the reason at once, and who waits opens a login of its own', async () => {
    world = await startWorld();
    const store = memoryStore();
    const held = heldLogin();
    const controller = new AbortController();
    const first = thrownBy(
      world.session({ store, authorize: held.authorize }).signIn({ signal: controller.signal }),
    );
    await held.begun;
    const other = world.session({ store });
    const second = other.signIn();
    const reason = new Error('closed the window');
    controller.abort(reason);
    expect(await first).toBe(reason);
    await second;
    expect(other.status).toBe('signedIn');
  });

  it('that is given up while it waits for the login of another rejects with the reason, and that one goes on', async () => {
    world = await startWorld();
    const store = memoryStore();
    const held = heldLogin();
    const first = world.session({ store, authorize: held.authorize });
    const signingIn = first.signIn();
    await held.begun;
    const controller = new AbortController();
    const reason = new Error('closed the window');
    const lock: RefreshLock = {
      request(...asked) {
        queueMicrotask(() => controller.abort(reason));
        return (store.lock as RefreshLock).request(...asked);
      },
    };
    const second = world.session({ store: { ...store, lock } });
    expect(await thrownBy(second.signIn({ signal: controller.signal }))).toBe(reason);
    held.goOn();
    await signingIn;
    expect(first.status).toBe('signedIn');
    expect(held.calls).toHaveLength(1);
  });

  it('is given up by close(): rejects with ERR_CLOSED, and tells authorize', async () => {
    world = await startWorld();
    const opened = new Promise<[McpSession, AbortSignal]>((resolve) => {
      const session: McpSession = world.session({
        authorize: (_page, { signal }) => {
          resolve([session, signal]);
          return new Promise(() => undefined);
        },
      });
      signingIn = thrownBy(session.signIn());
    });
    const [session, signal] = await opened;
    await session.close();
    expect(signal.aborted).toBe(true);
    expect(await signingIn).toMatchObject({ code: 'ERR_CLOSED' });
  });

  it('does not bring back what somebody signed in with and out of meanwhile', async () => {
    world = await startWorld();
    const path = folder.at('credentials.json');
    const held = heldLogin();
    const one = world.session({ store: fileStore(path), authorize: held.authorize });
    const store = fileStore(path);
    let between: (() => Promise<void>) | undefined;
    const other = world.session({
      store: {
        ...store,
        async read() {
          const isLook = String(new Error('read by').stack).includes('sign-in.ts');
          const stored = await store.read();
          const isSignedIn = JSON.stringify(stored?.value ?? null).includes('refreshToken');
          if (isLook && isSignedIn) await between?.();
          return stored;
        },
      },
    });
    await other.ready();
    const first = one.signIn();
    await held.begun;
    const second = thrownBy(other.signIn());
    between = async () => {
      between = undefined;
      await first;
      await one.signOut();
    };
    held.goOn();
    expect(await second).toMatchObject({ code: 'ERR_SIGNED_OUT' });
    expect(between).toBeUndefined();
    expect(await readFile(path, 'utf8')).not.toContain('accessToken');
    expect(world.authorization.seen.logins).toBe(1);
  });

  it('whose signal is aborted already opens nothing', async () => {
    world = await startWorld();
    const reason = new Error('too late');
    const error = await thrownBy(world.session().signIn({ signal: AbortSignal.abort(reason) }));
    expect(error).toBe(reason);
    expect(world.authorization.seen).toMatchObject({ logins: 0, registrations: 0 });
  });

  it('rejects with ERR_CLOSED after close(), and opens nothing', async () => {
    world = await startWorld();
    const session = world.session();
    await session.close();
    expect(await thrownBy(session.signIn())).toMatchObject({ code: 'ERR_CLOSED' });
    expect(world.authorization.seen.logins).toBe(0);
  });
});
