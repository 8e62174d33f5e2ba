import { openapiClient } from '../src/openapi-fetch.ts';
import { behindToken } from './support/api.ts';
import { clientContract } from './support/client-contract.ts';

interface Paths {
  '/notes': {
    post: {
      requestBody: { content: { 'application/json': { text: string } } };
      responses: {
        200: { content: { 'application/json': { text: string } } };
        401: { content: { 'application/json': { message: string } } };
      };
    };
  };
}

clientContract({
  name: 'openapi-fetch',
  answer: () => behindToken(({ body }) => JSON.parse(body) as unknown),
  connect(tokens, { origin }) {
    const client = openapiClient<Paths>(tokens, origin);
    return {
      async echo(text) {
        const { data, error, response } = await client.POST('/notes', { body: { text } });
        // It throws nothing for an answer, whatever its status.
        if (error) throw new Error(error.message, { cause: response });
        return data.text;
      },
    };
  },
  ended: { asked: 1 },
  refused: {
    statusOf: (error) => ((error as Error).cause as Response).status,
    explained: (error) => (error as Error).cause,
  },
});
