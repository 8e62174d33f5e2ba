import {
  ApolloClient,
  CombinedGraphQLErrors,
  gql,
  InMemoryCache,
  ServerError,
} from '@apollo/client';
import { describe } from '@jest/globals';
import { apolloLink } from '../src/apollo.ts';
import { behindToken } from './support/api.ts';
import { clientContract, type ClientUnderTest } from './support/client-contract.ts';
import { ECHO, echoAnswer, refusingWith200, statusOfErrors } from './support/graphql.ts';

const mutation = gql(ECHO);

const client: Omit<ClientUnderTest, 'answer' | 'refused'> = {
  name: '@apollo/client',
  connect(tokens, { origin }) {
    const apollo = new ApolloClient({
      link: apolloLink(tokens, `${origin}/graphql`),
      cache: new InMemoryCache(),
    });
    return {
      async echo(text) {
        const { data } = await apollo.mutate<{ echo: string }>({ mutation, variables: { text } });
        return data?.echo;
      },
      close: async () => apollo.stop(),
    };
  },
  ended: { asked: 1 },
};

describe('a server that refuses a token with 401', () => {
  clientContract({
    ...client,
    answer: () => behindToken(echoAnswer),
    refused: {
      statusOf: (error) => ServerError.is(error) && error.statusCode,
      explained: (error) => (error as ServerError).response,
    },
  });
});

describe('a server that refuses a token in a 200', () => {
  clientContract({
    ...client,
    answer: () => refusingWith200,
    refused: {
      statusOf: (error) => CombinedGraphQLErrors.is(error) && statusOfErrors(error.errors),
    },
  });
});
