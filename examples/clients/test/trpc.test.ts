import { describe, expect, it } from '@jest/globals';
import {
  createTRPCClient,
  httpLink,
  httpBatchStreamLink,
  TRPCClientError,
  type TRPCLink,
} from '@trpc/client';
import { initTRPC, TRPCError } from '@trpc/server';
import { createHTTPHandler } from '@trpc/server/adapters/standalone';
import { createAuthFetch } from '@unexpired/fetch';
import type { TokenSource } from 'unexpired';
import { trpcLink } from '../src/trpc.ts';
import type { Answer } from './support/api.ts';
import { type ClientUnderTest, clientContract } from './support/client-contract.ts';
import { withSession } from './support/client-session.ts';

interface Context {
  readonly authorized: boolean;
}
const { router, procedure } = initTRPC.context<Context>().create();
const refuse = (): never => {
  throw new TRPCError({ code: 'UNAUTHORIZED' });
};
const notes = router({
  echo: procedure.input((input) => String(input)).mutation(({ input }) => input),
  guarded: procedure.mutation(({ ctx }) => (ctx.authorized ? 'in' : refuse())),
});
type Notes = typeof notes;

/** The sdk's own server. `check`: is the token checked once for a batch, where its context is made? */
const answer =
  (check: boolean): Answer =>
  ({ authorized, body }, request, response) => {
    const createContext = (): Context => (check && !authorized ? refuse() : { authorized });
    return createHTTPHandler({ router: notes, createContext })(
      Object.assign(request, { body }),
      response,
    );
  };

clientContract({
  name: '@trpc/client',
  answer: () => answer(true),
  connect(tokens, { origin }) {
    const client = createTRPCClient<Notes>({ links: [trpcLink<Notes>(tokens, origin)] });
    return { echo: (text) => client.echo.mutate(text) };
  },
  batch: 10,
  ended: {
    asked: 1,
    waited: [0, 10], // it collects a batch until the next timer
    type: TRPCClientError,
  },
  refused: {
    statusOf: (error) => (error as TRPCClientError<Notes>).data?.httpStatus,
    explained: (error) => (error as TRPCClientError<Notes>).meta?.['response'],
  },
});

describe('@trpc/client, with a server where single procedures check the token', () => {
  const connectThrough =
    (link: (tokens: TokenSource, origin: string) => TRPCLink<Notes>): ClientUnderTest['connect'] =>
    (tokens, { origin }) => {
      const client = createTRPCClient<Notes>({ links: [link(tokens, origin)] });
      return {
        echo: (text) => Promise.allSettled([client.echo.mutate(text), client.guarded.mutate()]),
      };
    };

  it('does not repair a batch of which a part was refused: it is a 207, and the other part has run', async () => {
    await withSession(
      { answer: () => answer(false), connect: connectThrough(trpcLink) },
      async (session) => {
        session.server.endAccessTokens();
        expect(await session.client.echo('text')).toEqual([
          { status: 'fulfilled', value: 'text' },
          {
            status: 'rejected',
            reason: expect.objectContaining({ data: expect.objectContaining({ httpStatus: 401 }) }),
          },
        ]);
        expect(session.api.requests).toHaveLength(1);
        expect(session.server.counters.calls).toBe(0);
      },
    );
  });

  it('repairs what was refused where each call is a request', async () => {
    const connect = connectThrough((tokens, url) =>
      httpLink({ url, fetch: createAuthFetch(tokens, { origins: [url] }) }),
    );
    await withSession({ answer: () => answer(false), connect }, async (session) => {
      session.server.endAccessTokens();
      expect(await session.client.echo('text')).toEqual([
        { status: 'fulfilled', value: 'text' },
        { status: 'fulfilled', value: 'in' },
      ]);
      expect(session.server.counters.calls).toBe(1);
    });
  });

  it('does not repair what a streamed batch reports: it is a 200, whatever it says', async () => {
    const connect = connectThrough((tokens, url) =>
      httpBatchStreamLink({ url, fetch: createAuthFetch(tokens, { origins: [url] }) }),
    );
    await withSession({ answer: () => answer(true), connect }, async (session) => {
      session.server.endAccessTokens();
      const refused = {
        status: 'rejected',
        reason: expect.objectContaining({ message: 'UNAUTHORIZED' }),
      };
      expect(await session.client.echo('text')).toEqual([refused, refused]);
      expect(session.server.counters.calls).toBe(0);
    });
  });
});
