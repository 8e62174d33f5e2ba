import { readFile, writeFile } from 'node:fs/promises';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { refreshTokenGrant } from '@unexpired/oauth';
import { manualClock } from '@unexpired/testing';
import {
  createTokenManager,
  type RefreshLock,
  type SessionRecord,
  type TokenManager,
  type TokenManagerOptions,
} from 'unexpired';
import { fileStore } from '../src/index.ts';
import { newFolder } from './support/folder.ts';
import {
  type Answers,
  COSTS,
  type FileSetup,
  type LeaverSetup,
  type Order,
  type Step,
} from './support/orders.ts';
import { type Program, start } from './support/program.ts';
import { CLIENT_ID, startStrictProvider, type StrictProvider } from './support/provider.ts';
import { recordOf } from './support/records.ts';

const HOUR = 3_600_000;
/** Ms that a request waits, unless it is told otherwise. */
const WAIT_TIMEOUT = 30_000;
let folder: Awaited<ReturnType<typeof newFolder>>;
let file = '';
let provider: StrictProvider;
const running = new Set<Program>();
const managers = new Set<TokenManager>();

beforeEach(async () => {
  folder = await newFolder();
  file = folder.at('credentials.json');
});
afterEach(async () => {
  await Promise.all([...running].map((program) => program.kill()));
  await Promise.all([...managers].map((manager) => manager.close()));
  running.clear();
  managers.clear();
  await provider.stop();
  await folder.remove();
});

/** A provider, and a file whose session has expired. */
async function signedIn(options?: { readonly rotate: boolean }, expiresAt = 0): Promise<void> {
  provider = await startStrictProvider(options);
  const record = {
    ...recordOf(1, { refreshToken: await provider.newRefreshToken(), expiresAt }),
    issuedAt: Date.now() - HOUR,
  };
  await writeFile(file, JSON.stringify(record), { mode: 0o600 });
}

async function client(setup: Partial<FileSetup> = {}): Promise<Program> {
  const { tokenEndpoint, revocationEndpoint } = provider;
  const program = start('client', [
    JSON.stringify({ file, tokenEndpoint, revocationEndpoint, clientId: CLIENT_ID, ...setup }),
  ]);
  running.add(program);
  await program.next('ready');
  return program;
}

const tell = (program: Program, order: Order): void => program.tell(order);

/** This process as one of the many. */
function here(
  options: Pick<Partial<TokenManagerOptions>, 'store' | 'clock' | 'skewWindow'> = {},
): TokenManager {
  const manager = createTokenManager({
    store: fileStore(file),
    refresh: refreshTokenGrant({ tokenEndpoint: provider.tokenEndpoint, clientId: CLIENT_ID }),
    ...options,
  });
  managers.add(manager);
  return manager;
}

const stored = async (): Promise<SessionRecord> =>
  JSON.parse(await readFile(file, 'utf8')) as SessionRecord;

describe('a process that is killed in the middle of a refresh', () => {
  const ANSWER_LOST: readonly Step[] = [...COSTS['the answer'], 'F7 before the rename'];

  const kill = async (step: Step): Promise<void> => {
    const victim = await client({ catch: { step, how: 'SIGKILL' } });
    tell(victim, { kind: 'ask', advance: 0, requests: 1 });
    expect((await victim.ended).signal).toBe('SIGKILL');
    running.delete(victim);
  };

  it.each(COSTS.nothing)('costs nothing at %s: the others go on at once', async (step) => {
    await signedIn();
    await kill(step);
    const token = (await here().getToken())?.accessToken;
    expect(await provider.isLiveAccess(String(token))).toBe(true);
    expect(provider).toMatchObject({ redemptions: 1, refusals: 0, revocations: 0 });
    expect(await stored()).toMatchObject({ gen: 2, tokens: { accessToken: token } });
  });

  it.each(ANSWER_LOST)(
    'ends the session at %s where the server revokes it, with an error that says why',
    async (step) => {
      await signedIn();
      await kill(step);
      await expect(here().getToken()).rejects.toMatchObject({
        code: 'ERR_SESSION_ENDED',
        message: expect.stringContaining('was probably lost'),
      });
      expect(provider).toMatchObject({ redemptions: 1, refusals: 1, revocations: 1 });
      expect(await stored()).toMatchObject({ gen: 1, dead: { gen: 1 } });
    },
  );

  it.each(ANSWER_LOST)('costs nothing at %s where the server does not rotate', async (step) => {
    await signedIn({ rotate: false });
    await kill(step);
    expect(await provider.isLiveAccess(String((await here().getToken())?.accessToken))).toBe(true);
    expect(await stored()).toMatchObject({ gen: 2 });
  });
});

describe('a process that is stopped in the middle of a refresh', () => {
  const stopAt = async (step: Step, advance = 0) => {
    const stopped = await client({ catch: { step, how: 'wait' } });
    tell(stopped, { kind: 'ask', advance, requests: 1 });
    await stopped.next('caught');
    stopped.signal('SIGSTOP');
    return {
      /** Lets it go on, and resolves with the token that it got. */
      async resume(): Promise<string> {
        stopped.signal('SIGCONT');
        tell(stopped, { kind: 'go' });
        const { tokens, errors } = await stopped.next<Answers>('answers');
        expect(errors).toEqual([]);
        expect(await provider.isLiveAccess(String(tokens[0]))).toBe(true);
        return String(tokens[0]);
      },
    };
  };

  /**
   * This process, which asks for a token and comes to wait for the lock that the stopped one has. Its time stands still: a
   * wait is over when `waited` says so, however long the machine takes to read a file.
   */
  const waitForLock = async (advance = 0) => {
    const [store, clock] = [fileStore(file), manualClock({ now: Date.now() + advance })];
    let askedForLock = (): void => undefined;
    const lockAsked = new Promise<void>((resolve) => (askedForLock = resolve));
    const lock: RefreshLock = {
      request(...args) {
        askedForLock();
        return (store.lock as RefreshLock).request(...args);
      },
    };
    const manager = here({ store: { ...store, lock }, clock, skewWindow: 2 * HOUR });
    const asking = manager.getToken();
    await lockAsked;
    return { manager, asking, waited: () => clock.advance(WAIT_TIMEOUT) };
  };

  it('leaves the others a typed error in time, and all is well when it goes on', async () => {
    await signedIn();
    const stopped = await stopAt('F6 after the answer');
    const { manager: other, asking, waited } = await waitForLock();
    const refusal = expect(asking).rejects.toMatchObject({
      code: 'ERR_WAIT_LIMIT',
      action: 'retry',
    });
    await waited();
    await refusal;
    const token = await stopped.resume();
    expect((await here().getToken())?.accessToken).toBe(token);
    expect((await other.getToken())?.accessToken).toBe(token);
    expect(provider).toMatchObject({ redemptions: 1, refusals: 0, revocations: 0 });
  });

  it('does not keep the others from a token that is due and still valid', async () => {
    await signedIn(undefined, Date.now() + 20 * HOUR);
    const stopped = await stopAt('F6 before the call', 20 * HOUR);
    const { asking, waited } = await waitForLock(19 * HOUR); // due, and valid for longer than any test takes
    await waited();
    expect((await asking)?.accessToken).toBe('access-1');
    await stopped.resume();
    expect(provider).toMatchObject({ redemptions: 1, refusals: 0, revocations: 0 });
  });

  it('in the middle of a write lets the others read, fails their writes in time, and loses nothing', async () => {
    await signedIn();
    const stopped = await stopAt('F7 before the rename');
    const store = fileStore(file);
    const seen = await store.read();
    expect(seen?.value).toMatchObject({ gen: 1 });
    await expect(store.write(recordOf(9), seen?.version)).rejects.toThrow(
      'another process has been at it for more than 8000 ms',
    );
    const token = await stopped.resume();
    expect(await store.write(recordOf(9), seen?.version)).toBeUndefined();
    expect((await here().getToken())?.accessToken).toBe(token);
    expect(provider).toMatchObject({ redemptions: 1, refusals: 0, revocations: 0 });
  }, 30_000);
});

describe('a process that ends by itself while its answer is not stored', () => {
  /** What the file holds after it, where that is as it should be: the token that it got, and a refresh token that is good. */
  const leave = async (busy: number, closes: boolean): Promise<object> => {
    await signedIn();
    const { tokenEndpoint, revocationEndpoint } = provider;
    const setup: LeaverSetup = {
      file,
      tokenEndpoint,
      revocationEndpoint,
      clientId: CLIENT_ID,
      busy,
      closes,
    };
    const leaver = start('leaver', [JSON.stringify(setup)]);
    running.add(leaver);
    const token = await leaver.next<string>('token');
    const { code } = await leaver.ended;
    running.delete(leaver);
    const { gen, tokens } = await stored();
    return {
      code,
      errors: leaver.errors(),
      gen,
      isItsToken: tokens?.accessToken === token,
      isLive: await provider.isLive(String(tokens?.refreshToken)),
      redemptions: provider.redemptions,
    };
  };
  const KEPT = { code: 0, errors: '', gen: 2, isItsToken: true, isLive: true, redemptions: 1 };

  it.each([
    ['without a word', false],
    ['after close()', true],
  ])('stays until it is, when the file was busy once, and ends %s', async (_how, closes) => {
    expect(await leave(1, closes)).toEqual(KEPT);
  });
});

describe('sign-out in another process while one refreshes', () => {
  it('does not wait for the refresh, ends the session for all, and the tokens that come after it are revoked', async () => {
    await signedIn();
    const refreshing = await client({ catch: { step: 'F6 after the answer', how: 'wait' } });
    tell(refreshing, { kind: 'ask', advance: 0, requests: 1 });
    await refreshing.next('caught');
    const other = here();
    await other.signOut();
    expect(await stored()).toMatchObject({ status: 'signedOut' });
    tell(refreshing, { kind: 'go' });
    expect(await refreshing.next<Answers>('answers')).toEqual({
      tokens: [],
      errors: ['ERR_SIGNED_OUT'],
    });
    tell(refreshing, { kind: 'close' });
    await refreshing.ended;
    running.delete(refreshing);
    expect(await stored()).toMatchObject({ status: 'signedOut' });
    expect(provider).toMatchObject({ redemptions: 1, refusals: 0, revocations: 1 });
  });
});
