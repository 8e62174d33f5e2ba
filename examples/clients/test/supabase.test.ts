import { describe, expect, it } from '@jest/globals';
import type { SupabaseClient } from '@supabase/supabase-js';
import { tokenErrorOf } from 'unexpired';
import { supabaseClient } from '../src/supabase.ts';
import { behindToken } from './support/api.ts';
import { checkFound, type ClientSession, type ClientUnderTest, clientContract, openSession } from './support/client-contract.ts';
import { failureOf } from './support/pauses.ts';

/** supabase-js throws nothing unless it is told to. */
interface Failure {
  readonly status: number;
  readonly error: Error;
}

const client: ClientUnderTest = {
  name: '@supabase/supabase-js',
  answer: () => behindToken(({ body }) => JSON.parse(body) as unknown),
  connect(tokens, { origin }) {
    const supabase = supabaseClient(tokens, origin, 'publishable-key');
    return {
      async echo(text) {
        const { data, ...failure } = await supabase.from('notes').insert({ text }).select().single<{ text: string }>();
        if (!data) throw failure;
        return data.text;
      },
    };
  },
  ended: {
    asked: 1,
    check(failure) {
      const { status, error } = failure as Failure;
      expect(status).toBe(0);
      expect(error.message).toMatch(/^TokenError: /);
      expect(tokenErrorOf(error)).toBeUndefined();
    },
  },
  refused: { statusOf: (failure) => (failure as Failure).status },
};
clientContract(client);

describe('@supabase/supabase-js', () => {
  const open = (run: (supabase: SupabaseClient) => PromiseLike<unknown>): Promise<ClientSession> =>
    openSession({
      ...client,
      connect(tokens, { origin }) {
        const supabase = supabaseClient(tokens, origin, 'publishable-key');
        return { echo: () => run(supabase) };
      },
    });

  it('asks four times within 7 s for a read of an ended session, and throws our error where it is told to throw', async () => {
    const session = await open((supabase) => supabase.from('notes').select().throwOnError());
    await session.expire();
    session.end();
    const { error, waited } = await failureOf(() => session.client.echo(''));
    checkFound(error);
    expect(session.asked).toBe(4);
    expect(session.api.requests).toEqual([]); // not even as nobody
    expect(waited).toBe(7000);
    await session.close();
  });

  it('asks once where a read is not to be retried', async () => {
    const session = await open((supabase) => supabase.from('notes').select().retry(false).throwOnError());
    await session.expire();
    session.end();
    checkFound((await failureOf(() => session.client.echo(''))).error);
    expect(session.asked).toBe(1);
    await session.close();
  });

  it('sends its key while nobody is signed in, and a refusal of that is not ours', async () => {
    const session = await open((supabase) => supabase.from('notes').select());
    await session.tokens.signOut();
    expect(await session.client.echo('')).toMatchObject({ status: 401 });
    expect(session.api.requests).toEqual([expect.objectContaining({ authorized: false, signed: true })]);
    expect(session.server.counters.calls).toBe(0);
    await session.close();
  });
});
