import { describe, expect, it } from '@jest/globals';
import OpenAI from 'openai';
import { TokenError, tokenErrorOf } from 'unexpired';
import { openaiClient } from '../src/openai.ts';
import { openaiClient as openaiClientWithFunction } from '../src/openai-api-key.ts';
import { behindToken } from './support/api.ts';
import { type ClientUnderTest, clientContract } from './support/client-contract.ts';
import { failureOf } from './support/pauses.ts';

const connectWith =
  (create: typeof openaiClient): ClientUnderTest['connect'] =>
  (tokens, { origin }) => {
    const client = create(tokens, `${origin}/v1`);
    return {
      async echo(content) {
        const completion = await client.chat.completions.create({
          model: 'small',
          messages: [{ role: 'user', content }],
        });
        return completion.choices[0]?.message.content;
      },
    };
  };

const answer: ClientUnderTest['answer'] = () =>
  behindToken(({ body }) => {
    const { messages } = JSON.parse(body) as { messages: [{ content: string }] };
    return {
      id: '1',
      object: 'chat.completion',
      choices: [{ index: 0, message: { role: 'assistant', content: messages[0].content } }],
    };
  });

const refused: ClientUnderTest['refused'] = {
  statusOf: (error) => error instanceof OpenAI.AuthenticationError && error.status,
};

clientContract({
  name: 'openai with a key that is not used',
  answer,
  connect: connectWith(openaiClient),
  ended: {
    asked: 3,
    waited: [1000, 1700],
    type: OpenAI.APIConnectionError,
    like: { message: 'Connection error.' },
  },
  refused,
});

clientContract({
  name: 'openai with a function for a key',
  answer,
  connect: connectWith(openaiClientWithFunction),
  ended: { asked: 1, type: OpenAI.OpenAIError },
  refused,
});

describe('openai, when a refresh timed out', () => {
  const cause = Object.assign(new Error('too slow'), { name: 'TimeoutError' });
  const unavailable = async (): Promise<never> => {
    throw new TokenError('ERR_REFRESH_UNAVAILABLE', { message: 'The refresh failed', cause });
  };
  const failureWith = (create: typeof openaiClient) =>
    failureOf(() =>
      create(
        { getToken: unavailable, replaceRejected: unavailable },
        'https://api.example.com/v1',
      ).models.list(),
    );

  it('takes that for a connection that failed, and keeps our error', async () => {
    const { error } = await failureWith(openaiClient);
    expect(error).toBeInstanceOf(OpenAI.APIConnectionError);
    expect(tokenErrorOf(error)?.code).toBe('ERR_REFRESH_UNAVAILABLE');
  });

  it('keeps our error where a function for a key threw it', async () => {
    const { error } = await failureWith(openaiClientWithFunction);
    expect(tokenErrorOf(error)?.code).toBe('ERR_REFRESH_UNAVAILABLE');
  });
});
