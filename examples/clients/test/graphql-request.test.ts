import { describe } from '@jest/globals';
import type { ClientError } from 'graphql-request';
import { graphqlClient } from '../src/graphql-request.ts';
import { clientContract, type ClientUnderTest } from './support/client-contract.ts';
import { behindToken } from './support/api.ts';
import { ECHO, echoAnswer, refusingWith200, statusOfErrors } from './support/graphql.ts';

const client: Omit<ClientUnderTest, 'answer' | 'refused'> = {
  name: 'graphql-request',
  connect(tokens, { origin }) {
    const graphql = graphqlClient(tokens, `${origin}/graphql`);
    return { echo: async (text) => (await graphql.request<{ echo: string }>(ECHO, { text })).echo };
  },
  ended: { asked: 1 },
};

describe('a server that refuses a token with 401', () => {
  clientContract({
    ...client,
    answer: () => behindToken(echoAnswer),
    refused: { statusOf: (error) => (error as ClientError).response.status },
  });
});

describe('a server that refuses a token in a 200', () => {
  clientContract({
    ...client,
    answer: () => refusingWith200,
    refused: { statusOf: (error) => statusOfErrors((error as ClientError).response.errors) },
  });
});
