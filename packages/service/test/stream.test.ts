import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { manualClock, settle } from '@unexpired/testing';
import type { Pool } from 'pg';
import { changesSince } from '../src/events/changes-in.ts';
import { createFeed, type Feed, type Followed } from '../src/events/feed.ts';
import { openStream } from '../src/events/stream.ts';
import { postgres, serviceSchema } from '../src/index.ts';
import type { Tables } from '../src/data/tables.ts';
import type { Broker } from './support/broker.ts';
import { type Reader, readEvents } from './support/events.ts';
import { onDatabases, onPostgres } from './support/on-databases.ts';

onDatabases((start) => {
  let broker: Broker;
  const readers: Reader[] = [];
  beforeEach(async () => {
    broker = await start();
  });
  afterEach(async () => {
    for (const reader of readers.splice(0)) await reader.cancel();
    await broker.stop();
  });
  const open = async (query = '', options: Parameters<Broker['call']>[2] = {}): Promise<Reader> => {
    const answer = await broker.call('GET', `/v1/events${query}`, options);
    expect(answer.status).toBe(200);
    const reader = readEvents(answer);
    readers.push(reader);
    return reader;
  };

  describe('a stream of events', () => {
    it('tells of sign-ins, new generations and sign-outs at any replica, and never a token', async () => {
      const reader = await open();
      const other = broker.replica();
      await broker.deposit('acme:42', { service: other });
      const { data } = await reader.next();
      expect(data).toEqual({
        ...{ key: 'acme:42', session: expect.any(String), generation: 0, state: 'active' },
      });
      const rejected = { session: data?.['session'], generation: 0 };
      await broker.call('POST', '/v1/sessions/acme:42/token', { body: { rejected } });
      expect((await reader.next()).data).toEqual({ ...data, generation: 1 });
      await broker.call('DELETE', '/v1/sessions/acme:42', { service: other });
      expect((await reader.next()).data).toMatchObject({ key: 'acme:42', state: 'signed_out' });
      for (const canary of [...broker.canaries, 'access-'])
        expect(reader.text()).not.toContain(canary);
    });

    it('has what the caller may read and wants, and nothing else', async () => {
      expect((await broker.call('GET', '/v1/events?prefix=other:')).status).toBe(403);
      expect((await broker.call('GET', '/v1/events?prefix=acm')).status).toBe(403);
      const reader = await open('?prefix=acme:b', { key: broker.reader });
      await broker.deposit('acme:a');
      await broker.deposit('acme:b1');
      expect((await reader.next()).data).toMatchObject({ key: 'acme:b1' });
      expect(reader.text()).not.toContain('acme:a');
    });

    it('goes on where another replica left off, and says so where it cannot', async () => {
      const first = await open();
      await broker.deposit('acme:1');
      await first.next();
      const { id } = await first.position();
      await first.cancel();
      await broker.deposit('acme:2');
      const second = await open('', {
        service: broker.replica(),
        headers: { 'last-event-id': id },
      });
      const keys = new Set<unknown>();
      while (!keys.has('acme:2')) keys.add((await second.next()).data?.['key']);
      expect(second.text()).not.toContain('event: reset');
      const third = await open('', { headers: { 'last-event-id': 'of another service' } });
      expect((await third.next()).event).toBe('reset');
    });

    it('says that it cannot tell what was missed since a position that this database has not reached', async () => {
      const reader = await open('', { headers: { 'last-event-id': '9'.repeat(19) } });
      expect((await reader.next()).event).toBe('reset');
    });

    it('is not left open by who only asks for its headers', async () => {
      for (let count = 0; count < 101; count++)
        expect((await broker.call('HEAD', '/v1/events')).status).toBe(200);
      await open();
    });

    it('is one of a hundred of a principal at the most, and ends with the service', async () => {
      const all = await Promise.all(Array.from({ length: 100 }, () => open()));
      const more = await broker.call('GET', '/v1/events');
      expect([more.status, more.headers.get('retry-after')]).toEqual([429, '30']);
      expect((await broker.call('GET', '/v1/events', { key: broker.reader })).status).toBe(200);
      await all[0]?.cancel();
      const again = await open();
      await broker.service.close();
      expect(await again.next()).toEqual({ event: 'end' });
    });
  });
});

describe('the body of a stream', () => {
  function stream(mayStay = true) {
    const clock = manualClock();
    let tell: ((followed: Followed) => void) | undefined;
    let isEnded = false;
    const feed: Feed = {
      async follow(onChanges) {
        tell = onChanges;
        return () => void (tell = undefined);
      },
      wake: () => undefined,
      heardAt: () => 0,
    };
    const opened = openStream({
      ...{ feed, clock, last: undefined, fits: () => true, ended: () => void (isEnded = true) },
      since: () => Promise.reject(new Error('not asked')),
      mayStay: () => mayStay,
    });
    const change = {
      key: 'acme:1',
      session: 's',
      generation: 1,
      state: 'active',
      mark: '1',
    } as const;
    return {
      ...{ clock, opened, isEnded: () => isEnded, isFollowing: () => tell !== undefined },
      tell: (count: number) =>
        tell?.({
          changes: Array.from({ length: count }, () => change),
          isReset: false,
          position: '7',
        }),
    };
  }

  it('is cut when its reader is 64 KiB behind', async () => {
    const { opened, tell, isEnded, isFollowing } = stream();
    await opened;
    tell(500);
    expect(isEnded()).toBe(false);
    tell(1000);
    expect([isEnded(), isFollowing()]).toEqual([true, false]);
  });

  it('goes on for a reader that keeps up, with a sign of life and the position every 15 s', async () => {
    const { opened, tell, isEnded, clock } = stream();
    const reader = readEvents(new Response((await opened).body));
    for (let round = 0; round < 20; round++) {
      tell(100);
      for (let count = 0; count < 100; count++) await reader.next();
    }
    expect(isEnded()).toBe(false);
    const before = reader.text().length;
    await clock.advance(15_000);
    expect((await reader.position()).id).toBe('7');
    expect(reader.text().length).toBeGreaterThan(before);
    await reader.cancel();
    expect(isEnded()).toBe(true);
    expect(clock.pending).toBe(0);
  });

  it('ends within 30 s after its credentials are no longer good', async () => {
    const { opened, isEnded, clock } = stream(false);
    await opened;
    await clock.advance(29_000);
    expect(isEnded()).toBe(false);
    await clock.advance(1000);
    expect(isEnded()).toBe(true);
  });
});

describe('the feed', () => {
  it('tells everybody of what changes while several begin to follow at the same time', async () => {
    const clock = manualClock();
    /** Each question, until the test answers it. */
    const questions: { values: unknown; answer: (rows: object[]) => void }[] = [];
    const tables = {
      query: (_text: string, values: unknown) =>
        new Promise((resolve) => questions.push({ values, answer: resolve })),
      dialect: { position: '', positionOf: () => '' },
      names: {},
    } as unknown as Tables;
    const failed = (error: unknown): never => {
      throw error;
    };
    const feed = createFeed({ tables, clock, hear: undefined, failed });
    const following = [feed.follow(() => undefined), feed.follow(() => undefined)];
    await settle();
    questions[0]?.answer([{ position: '100' }]);
    await following[0];
    questions[1]?.answer([{ position: '103' }]); // something was written between the two
    await following[1];
    await clock.advance(1000);
    expect(questions[2]?.values).toEqual(['100', expect.any(Number)]);
    for (const stop of await Promise.all(following)) stop();
  });
});

onPostgres((pool) => {
  describe('the changes in PostgreSQL', () => {
    it('are all read, also those of a transaction that commits after later ones were read', async () => {
      const table = 'late_commits';
      await pool().query(serviceSchema(table));
      const { schedule } = (postgres(pool(), { table }).tables as Tables).names;
      const tables = postgres(pool(), { table }).tables as Tables;
      const put = (on: Pick<Pool, 'query'>, key: string) =>
        on.query(
          `insert into ${schedule} values ('${key}', 'crm', 's', 0, 'active', 0, null, null, 0, 0, 0, pg_current_xact_id())`,
        );
      const slow = await pool().connect();
      const start = await changesSince(tables, undefined, 10);
      await slow.query('begin');
      await put(slow, 'early');
      await put(pool(), 'late');
      const first = await changesSince(tables, start.position, 10);
      expect(first.changes.map(({ key }) => key)).toEqual(['late']);
      await slow.query('commit');
      slow.release();
      const second = await changesSince(tables, first.position, 10);
      expect(second.changes.map(({ key }) => key)).toContain('early');
      const third = await changesSince(tables, second.position, 10);
      expect(third.changes).toEqual([]);
    });
  });
});
