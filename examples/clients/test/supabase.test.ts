import { describe, expect, it } from '@jest/globals';
import type { SupabaseClient } from '@supabase/supabase-js';
import { WebSocket } from 'undici';
import { tokenErrorOf } from 'unexpired';
import { supabaseClient } from '../src/supabase.ts';
import { behindToken } from './support/api.ts';
import { type ClientUnderTest, clientContract } from './support/client-contract.ts';
import { withSession } from './support/client-session.ts';
import { failureOf } from './support/pauses.ts';

// It wants one, used or not, and Node 20 has none.
globalThis.WebSocket ??= WebSocket as unknown as typeof globalThis.WebSocket;

const client: ClientUnderTest = {
  name: '@supabase/supabase-js',
  answer: () => behindToken(({ body }) => JSON.parse(body) as unknown),
  connect(tokens, { origin }) {
    const supabase = supabaseClient(tokens, origin, 'publishable-key');
    return {
      async echo(text) {
        const { data, error, status } = await supabase
          .from('notes')
          .insert({ text })
          .select()
          .single<{ text: string }>();
        // It throws nothing unless it is told to.
        if (error) throw Object.assign(new Error(error.message, { cause: error }), { status });
        return data.text;
      },
    };
  },
  ended: {
    asked: 1,
    like: { status: 0, message: expect.stringMatching(/^TokenError: /) },
    found: false,
  },
  refused: { statusOf: (error) => (error as { status?: unknown }).status },
};
clientContract(client);

describe('@supabase/supabase-js', () => {
  const connectTo =
    (run: (supabase: SupabaseClient) => PromiseLike<unknown>): ClientUnderTest['connect'] =>
    (tokens, { origin }) => {
      const supabase = supabaseClient(tokens, origin, 'publishable-key');
      return { echo: () => run(supabase) };
    };

  it.each([
    { title: 'four times within 7 s', retry: true, asked: 4, waits: 7000 },
    { title: 'once where it is not to be retried', retry: false, asked: 1, waits: 0 },
  ])(
    'asks $title when a read finds the session ended, and throws our error where it is told to throw',
    async ({ retry, asked, waits }) => {
      const connect = connectTo((supabase) =>
        supabase.from('notes').select().retry(retry).throwOnError(),
      );
      await withSession({ ...client, connect }, async (session) => {
        await session.expire();
        session.end();
        const { error, waited } = await failureOf(() => session.client.echo(''));
        expect(tokenErrorOf(error)?.action).toBe('signIn');
        expect(session.asked).toBe(asked);
        expect(waited).toBe(waits);
        expect(session.api.requests).toEqual([]); // not even as nobody
      });
    },
  );

  it('sends its key while nobody is signed in, and a refusal of that is not ours', async () => {
    await withSession(
      { ...client, connect: connectTo((supabase) => supabase.from('notes').select()) },
      async (session) => {
        await session.tokens.signOut();
        expect(await session.client.echo('')).toMatchObject({ status: 401 });
        expect(session.api.requests).toEqual([
          expect.objectContaining({ authorized: false, signed: true }),
        ]);
        expect(session.server.counters.calls).toBe(0);
      },
    );
  });
});
