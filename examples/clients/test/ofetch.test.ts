import { describe, expect, it } from '@jest/globals';
import { FetchError } from 'ofetch';
import { tokenErrorOf } from 'unexpired';
import { ofetchClient } from '../src/ofetch.ts';
import { behindToken } from './support/api.ts';
import { type ClientUnderTest, clientContract } from './support/client-contract.ts';
import { withSession } from './support/client-session.ts';
import { failureOf } from './support/pauses.ts';

const client: ClientUnderTest = {
  name: 'ofetch',
  answer: () => behindToken(({ body }) => JSON.parse(body) as unknown),
  connect(tokens, { origin }) {
    const api = ofetchClient(tokens, origin);
    return {
      echo: async (text) =>
        (await api<{ text: string }>('/notes', { method: 'POST', body: { text } })).text,
    };
  },
  ended: { asked: 1, type: FetchError },
  refused: {
    statusOf: (error) => (error as FetchError).status,
    explained: (error) => (error as FetchError).response,
  },
};
clientContract(client);

describe('ofetch, which retries what can be sent twice', () => {
  it('asks twice for a GET of an ended session, and sends nothing', async () => {
    const connect: ClientUnderTest['connect'] = (tokens, { origin }) => ({
      echo: () => ofetchClient(tokens, origin)('/notes'),
    });
    await withSession({ ...client, connect }, async (session) => {
      await session.expire();
      session.end();
      const { error } = await failureOf(() => session.client.echo(''));
      expect(tokenErrorOf(error)?.action).toBe('signIn');
      expect(session.asked).toBe(2);
      expect(session.api.requests).toEqual([]);
    });
  });
});
