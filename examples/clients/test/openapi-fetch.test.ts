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
        if (error) throw response; // it throws nothing for an answer, whatever its status
        return data.text;
      },
    };
  },
  ended: { asked: 1 },
  refused: { statusOf: (answer) => (answer as Response).status, explained: (answer) => answer },
});
