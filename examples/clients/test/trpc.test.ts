import { describe, expect, it } from '@jest/globals';
import { createTRPCClient, TRPCClientError } from '@trpc/client';
import { initTRPC, TRPCError } from '@trpc/server';
import { createHTTPHandler } from '@trpc/server/adapters/standalone';
import { trpcLink } from '../src/trpc.ts';
import type { Answer } from './support/api.ts';
import { checkFound, clientContract, openSession } from './support/client-contract.ts';

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
    return createHTTPHandler({ router: notes, createContext })(Object.assign(request, { body }), response);
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
    check(error) {
      expect(error).toBeInstanceOf(TRPCClientError);
      checkFound(error);
    },
  },
  refused: {
    statusOf: (error) => (error as TRPCClientError<Notes>).data?.httpStatus,
    explained: (error) => (error as TRPCClientError<Notes>).meta?.['response'],
  },
});

describe('@trpc/client, with a server where single procedures check the token', () => {
  it('does not repair a batch of which a part was refused: it is a 207, and the other part has run', async () => {
    const session = await openSession({
      answer: () => answer(false),
      connect(tokens, { origin }) {
        const client = createTRPCClient<Notes>({ links: [trpcLink<Notes>(tokens, origin)] });
        return { echo: (text) => Promise.allSettled([client.echo.mutate(text), client.guarded.mutate()]) };
      },
    });
    session.server.endAccessTokens();
    expect(await session.client.echo('text')).toEqual([
      { status: 'fulfilled', value: 'text' },
      { status: 'rejected', reason: expect.objectContaining({ data: expect.objectContaining({ httpStatus: 401 }) }) },
    ]);
    expect(session.api.requests).toHaveLength(1);
    expect(session.server.counters.calls).toBe(0);
    await session.close();
  });
});
