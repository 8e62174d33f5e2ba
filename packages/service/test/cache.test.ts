import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { TokenError } from 'unexpired';
import { systemClock } from 'unexpired/adapter';
import type { Tables } from '../src/data/tables.ts';
import type { Service, ServiceDatabase } from '../src/index.ts';
import type { Broker } from './support/broker.ts';
import { eventually } from './support/eventually.ts';
import { readEvents } from './support/events.ts';
import { onDatabases } from './support/on-databases.ts';

const TOKEN = '/v1/sessions/acme:42/token';
const GONE = new TokenError('ERR_REFRESH_UNAVAILABLE', { message: 'gone' });

onDatabases((start) => {
  let broker: Broker;
  /** Another replica. */
  let other: Service;
  /** Ms that have passed for the replicas and not for the machine. */
  let passed = 0;
  /** What is asked of the database, by all replicas. */
  let asked = 0;
  /** What becomes of a question. */
  let database: 'there' | 'readOnly' | 'gone' | 'silent' = 'there';
  /** Nobody hears of what changes. */
  let isDeaf = false;
  /** Somebody has tried to write. */
  let written: () => void = () => undefined;
  /** The provider has answered. */
  let redeemed: () => void = () => undefined;
  /** What the provider says besides, from now on. */
  let moved: { readonly instance_url?: string } = {};
  /** Lets go of who waits for a silent database. */
  let release: () => void = () => undefined;

  const answering = async <T>(ask: () => Promise<T>, isWrite = false): Promise<T> => {
    asked++;
    if (database === 'readOnly' && !isWrite) return ask();
    if (isWrite) setImmediate(written); // once the replica has the failure
    if (database === 'silent') await new Promise<void>((resolve) => (release = resolve));
    if (database !== 'there') throw GONE;
    return ask();
  };
  const watched = (opened: ServiceDatabase): ServiceDatabase => {
    const tables = opened.tables as Tables;
    return {
      ...opened,
      tables: {
        ...tables,
        query: (text, values) =>
          database === 'there' && !isDeaf ? tables.query(text, values) : Promise.reject(GONE),
      } satisfies Tables,
      store(key) {
        const store = opened.store(key);
        return {
          ...store,
          read: () => answering(() => store.read()),
          write: (record, expected) => answering(() => store.write(record, expected), true),
        };
      },
    };
  };

  beforeEach(async () => {
    [passed, asked, database, isDeaf] = [0, 0, 'there', false];
    redeemed = () => undefined;
    moved = {};
    broker = await start({
      watched,
      provider: {
        async fetch(url, init) {
          const answer = await fetch(url, init);
          redeemed();
          const found = (await answer.json()) as object;
          return Response.json({ ...found, ...moved }, { status: answer.status });
        },
      },
      clock: {
        ...systemClock,
        now: () => systemClock.now() + passed,
        monotonic: () => systemClock.monotonic() + passed,
      },
    });
    other = broker.replica();
  });
  afterEach(async () => {
    database = 'there';
    release();
    await broker.stop();
  });

  const read = (service?: Service, headers: Record<string, string> = {}) =>
    broker.call('GET', TOKEN, { service, headers });
  const tokenOf = async (answer: Response): Promise<string> => {
    expect(answer.status).toBe(200);
    return ((await answer.json()) as { access_token: string }).access_token;
  };
  /** As it is stored. */
  const generation = async (): Promise<number> => {
    const stored = await broker.storeOf('acme:42').read();
    return (stored?.value as { gen?: number } | undefined)?.gen ?? 0;
  };
  /** Reads until nothing is asked of the database for it. */
  const known = async (service?: Service): Promise<Response> => {
    for (;;) {
      const before = asked;
      const answer = await read(service);
      if (asked === before) return answer;
    }
  };

  describe('a token that is known', () => {
    it('is read without a question to the database, by every way of reading it, until something has changed', async () => {
      await broker.deposit('acme:42');
      const first = await tokenOf(await known());
      const before = asked;
      for (let count = 0; count < 50; count++) expect(await tokenOf(await read())).toBe(first);
      const more = [
        await broker.call('POST', TOKEN, { body: { valid_for: 60 } }),
        await broker.call('POST', '/v1/tokens', { body: { keys: ['acme:42'] } }),
      ];
      const [one, all] = (await Promise.all(more.map((answer) => answer.json()))) as [
        { access_token: string },
        { results: [{ token: { access_token: string } }] },
      ];
      expect([one.access_token, all.results[0].token.access_token]).toEqual([first, first]);
      expect(asked).toBe(before);
      const rejected = { session: (one as unknown as { session: string }).session, generation: 0 };
      const next = await tokenOf(await broker.call('POST', TOKEN, { body: { rejected } }));
      expect(next).not.toBe(first);
      expect(await tokenOf(await read())).toBe(next);
    });

    it('is asked for anew by who says that it knows of a change', async () => {
      await broker.deposit('acme:42');
      await known(other);
      await broker.call('DELETE', '/v1/sessions/acme:42');
      const answer = await read(other, { 'cache-control': 'no-cache' });
      expect(answer.status).toBe(409);
    });

    it('that was signed out is handed out no more, here at once and by another replica after 2 s at the most', async () => {
      await broker.deposit('acme:42');
      await known();
      await known(other);
      await broker.call('DELETE', '/v1/sessions/acme:42');
      expect((await read()).status).toBe(409);
      passed += 2001;
      expect((await read(other)).status).toBe(409);
    });

    it('that was signed out is heard of by another replica without that anybody asks for it anew', async () => {
      await broker.deposit('acme:42');
      await known(other);
      const heard = readEvents(await broker.call('GET', '/v1/events', { service: other }));
      await broker.call('DELETE', '/v1/sessions/acme:42');
      await heard.next();
      const { status } = await read(other);
      await heard.cancel();
      expect(status).toBe(409);
    });

    it('that was refused and replaced is handed out no more, here at once and by another replica after 2 s at the most', async () => {
      await broker.deposit('acme:42');
      const refused = await tokenOf(await known());
      await known(other);
      const { session } = (await (await broker.call('GET', '/v1/sessions/acme:42')).json()) as {
        session: string;
      };
      const rejected = { session, generation: 0 };
      const next = await tokenOf(await broker.call('POST', TOKEN, { body: { rejected } }));
      expect(await tokenOf(await read())).toBe(next);
      passed += 2001;
      expect(await tokenOf(await read(other))).toBe(next);
      expect(next).not.toBe(refused);
    });

    it('that was replaced by another sign-in is read by nobody who has heard of that', async () => {
      await broker.deposit('acme:42');
      const { tag } = { tag: (await known()).headers.get('etag') };
      await broker.deposit('acme:42');
      expect((await read()).headers.get('etag')).not.toBe(tag);
    });
  });

  describe('while the database cannot be asked', () => {
    it.each(['gone', 'silent'] as const)(
      'what is known is read on, for five minutes, and nothing else (the database is %s)',
      async (how) => {
        await broker.deposit('acme:42');
        const token = await tokenOf(await known());
        database = how;
        passed += 2001;
        expect(await tokenOf(await read())).toBe(token);
        const batch = await broker.call('POST', '/v1/tokens', { body: { keys: ['acme:42'] } });
        expect(await batch.text()).toContain(token);
        passed += 300_000;
        const late = read();
        if (how === 'silent') {
          database = 'gone';
          release();
        }
        expect((await late).status).toBe(503);
      },
    );

    it('nobody is signed out, and the first question that is answered is the truth', async () => {
      await broker.deposit('acme:42');
      await known();
      await known(other);
      database = 'gone';
      expect((await broker.call('DELETE', '/v1/sessions/acme:42')).status).toBe(503);
      [database, isDeaf] = ['there', true];
      const signedOut = await broker.call('DELETE', '/v1/sessions/acme:42', { service: other });
      expect(signedOut.status).toBe(204);
      [database, isDeaf] = ['gone', false];
      passed += 2001;
      expect((await read()).status).toBe(200);
      database = 'there';
      expect((await read()).status).toBe(409);
    });

    it.each(['is due', 'was refused'])(
      'what was redeemed before that in the place of a token that %s is handed out by the replica that has it, and stored later',
      async (why) => {
        await broker.deposit('acme:42', { expiresIn: 100 });
        const { session } = (await (await read()).json()) as { session: string };
        if (why === 'is due') passed += 95_000;
        redeemed = () => void (database = 'gone');
        moved = { instance_url: 'https://us.example.com' };
        const answer = await broker.call('POST', TOKEN, {
          body: why === 'is due' ? {} : { rejected: { session, generation: 0 } },
        });
        expect(await answer.clone().json()).toMatchObject({ extra: moved });
        const token = await tokenOf(answer);
        expect(await broker.provider.isLiveAccess(token)).toBe(true);
        database = 'there';
        await eventually(generation, (stored) => stored > 0);
        passed += 2001; // the other one cannot have the old one in mind any more
        const stored = await read(other);
        expect(await stored.clone().json()).toMatchObject({ extra: moved });
        expect(await tokenOf(stored)).toBe(token);
        expect(broker.provider).toMatchObject({ redemptions: 1, refusals: 0 });
      },
    );

    it('a token that has expired is not read, nor one of a session that this replica has tried to change', async () => {
      await broker.deposit('acme:42', { expiresIn: 100 });
      await known();
      database = 'gone';
      passed += 101_000;
      expect((await read()).status).toBe(503);
      database = 'there';
      await broker.deposit('acme:42');
      await known();
      database = 'readOnly';
      const tried = new Promise<void>((resolve) => (written = resolve));
      const deposit = broker.deposit('acme:42');
      await tried;
      database = 'gone';
      expect((await read()).status).toBe(503);
      database = 'there';
      expect((await deposit).status).toBe(200);
    });
  });
});
