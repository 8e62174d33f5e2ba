import { describe, expect, it } from '@jest/globals';
import { FetchError } from 'ofetch';
import { ofetchClient } from '../src/ofetch.ts';
import { behindToken } from './support/api.ts';
import { checkFound, type ClientUnderTest, clientContract, openSession } from './support/client-contract.ts';
import { failureOf } from './support/pauses.ts';

const checkEnded = (error: unknown): void => {
  expect(error).toBeInstanceOf(FetchError);
  checkFound(error);
};

const client: ClientUnderTest = {
  name: 'ofetch',
  answer: () => behindToken(({ body }) => JSON.parse(body) as unknown),
  connect(tokens, { origin }) {
    const api = ofetchClient(tokens, origin);
    return { echo: async (text) => (await api<{ text: string }>('/notes', { method: 'POST', body: { text } })).text };
  },
  ended: { asked: 1, check: checkEnded },
  refused: {
    statusOf: (error) => (error as FetchError).status,
    explained: (error) => (error as FetchError).response,
  },
};
clientContract(client);

describe('ofetch, which retries what can be sent twice', () => {
  it('asks twice for a GET of an ended session, and sends nothing', async () => {
    const session = await openSession({
      ...client,
      connect: (tokens, { origin }) => ({ echo: () => ofetchClient(tokens, origin)('/notes') }),
    });
    await session.expire();
    session.end();
    const { error } = await failureOf(() => session.client.echo(''));
    checkEnded(error);
    expect(session.asked).toBe(2);
    expect(session.api.requests).toEqual([]);
    await session.close();
  });
});
