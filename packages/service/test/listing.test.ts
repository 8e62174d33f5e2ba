import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { createApiKey } from '../src/index.ts';
import { knownKey } from '../src/api-keys.ts';
import { openCursor, sealCursor } from '../src/listing/cursor.ts';
import type { Broker } from './support/broker.ts';
import { onDatabases } from './support/on-databases.ts';

interface Page {
  sessions: { key: string; state: string; generation: number; provider: string }[];
  next_cursor?: string;
}

onDatabases((start) => {
  let broker: Broker;
  beforeEach(async () => {
    broker = await start();
  });
  afterEach(() => broker.stop());
  const list = (query: string, key?: string): Promise<Response> =>
    broker.call('GET', `/v1/sessions${query}`, { key });
  const pageOf = async (query: string): Promise<Page> => {
    const answer = await list(query);
    expect(answer.status).toBe(200);
    return (await answer.json()) as Page;
  };

  describe('a list of sessions', () => {
    it('has all of a prefix in the order of their keys, page after page, each once, also where some come and go meanwhile', async () => {
      const keys = ['acme:1', 'acme:10', 'acme:2', 'acme:a:b', 'acme:~'];
      for (const key of keys.toReversed()) await broker.deposit(key);
      const seen: string[] = [];
      let cursor = '';
      do {
        const page = await pageOf(`?prefix=acme:&limit=2${cursor && `&cursor=${cursor}`}`);
        expect(page.sessions.length).toBeLessThanOrEqual(2);
        seen.push(...page.sessions.map(({ key }) => key));
        cursor = page.next_cursor ?? '';
        if (seen.length === 2) await broker.deposit('acme:0'); // behind the page: it does not shift what follows
      } while (cursor !== '');
      expect(seen).toEqual(keys);
      const { sessions } = await pageOf('?prefix=acme:1');
      expect(sessions.map(({ key }) => key)).toEqual(['acme:1', 'acme:10']);
    });

    it('is narrowed by state and provider, and holds no token', async () => {
      await broker.deposit('acme:1');
      await broker.deposit('acme:2');
      await broker.call('DELETE', '/v1/sessions/acme:2');
      const active = await list('?prefix=acme:&state=active');
      const text = await active.text();
      expect(JSON.parse(text)).toEqual({
        sessions: [
          {
            ...{ key: 'acme:1', session: expect.any(String), generation: 0, state: 'active' },
            ...{ provider: 'crm', issued_at: expect.any(Number), expires_at: expect.any(Number) },
          },
        ],
      });
      for (const canary of [...broker.canaries, 'access-acme:1-0'])
        expect(text).not.toContain(canary);
      expect((await pageOf('?prefix=acme:&state=signed_out')).sessions).toMatchObject([
        { key: 'acme:2', state: 'signed_out', provider: 'crm' },
      ]);
      expect((await pageOf('?prefix=acme:&provider=other')).sessions).toEqual([]);
    });

    it('is for the role list within its prefix, decided by the text of that', async () => {
      expect((await list('?prefix=acme:', broker.reader)).status).toBe(403);
      for (const query of ['', '?prefix=acm', '?prefix=acmecorp:', '?prefix=other:'])
        expect([query, (await list(query)).status]).toEqual([query, 403]);
      for (const query of ['?limit=0', '?limit=501', '?state=x', '?prefix=a%2fb', '?unknown=1'])
        expect([query, (await list(query)).status]).toEqual([query, 400]);
    });

    it('goes on with a cursor at any replica, and not in another list', async () => {
      for (const key of ['acme:1', 'acme:2']) await broker.deposit(key);
      const { next_cursor: cursor } = await pageOf('?prefix=acme:&limit=1');
      const other = await broker.call('GET', `/v1/sessions?prefix=acme:&cursor=${cursor}`, {
        service: broker.replica(),
      });
      expect(((await other.json()) as Page).sessions).toMatchObject([{ key: 'acme:2' }]);
      for (const query of ['?prefix=acme:1', '?prefix=acme:&state=active'])
        expect((await list(`${query}&cursor=${cursor}`)).status).toBe(400);
    });
  });
});

describe('a cursor', () => {
  const [one, other] = ['one', 'other'].map((id) =>
    knownKey(createApiKey({ id, scopes: ['list:*'] }).entry, 'test'),
  ) as [ReturnType<typeof knownKey>, ReturnType<typeof knownKey>];
  const text = fc.string({ maxLength: 20 });

  it('opens for the caller and the list that it was sealed for, and for no other', () => {
    fc.assert(
      fc.property(
        fc.array(text),
        fc.array(text),
        fc.string({ minLength: 1 }),
        (filter, another, last) => {
          const cursor = sealCursor({ caller: one, filter }, last);
          expect(openCursor({ caller: one, filter }, cursor)).toBe(Buffer.from(last).toString());
          expect(openCursor({ caller: other, filter }, cursor)).toBeUndefined();
          if (JSON.stringify(filter) !== JSON.stringify(another))
            expect(openCursor({ caller: one, filter: another }, cursor)).toBeUndefined();
        },
      ),
    );
  });

  it('is none, whatever else it is', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.base64String(),
          fc.uint8Array().map((bytes) => Buffer.from(bytes).toString('base64url')),
        ),
        (cursor) => {
          expect(openCursor({ caller: one, filter: [] }, cursor)).toBeUndefined();
        },
      ),
    );
  });
});
