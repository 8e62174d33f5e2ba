import { expect } from '@jest/globals';
import OpenAI from 'openai';
import { openaiClient } from '../src/openai.ts';
import { behindToken } from './support/api.ts';
import { checkFound, clientContract } from './support/client-contract.ts';

clientContract({
  name: 'openai',
  answer: () =>
    behindToken(({ body }) => {
      const { messages } = JSON.parse(body) as { messages: [{ content: string }] };
      return { id: '1', object: 'chat.completion', choices: [{ index: 0, message: { role: 'assistant', content: messages[0].content } }] };
    }),
  connect(tokens, { origin }) {
    const client = openaiClient(tokens, `${origin}/v1`);
    return {
      async echo(content) {
        const completion = await client.chat.completions.create({ model: 'small', messages: [{ role: 'user', content }] });
        return completion.choices[0]?.message.content;
      },
    };
  },
  ended: {
    asked: 3,
    waited: [1000, 1700],
    check(error) {
      expect(error).toBeInstanceOf(OpenAI.APIConnectionError);
      expect((error as Error).message).toBe('Connection error.');
      checkFound(error);
    },
  },
  refused: { statusOf: (error) => error instanceof OpenAI.AuthenticationError && error.status },
});
