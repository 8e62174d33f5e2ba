import { describe, expect, it } from '@jest/globals';
import { Octokit } from '@octokit/core';
import { retry } from '@octokit/plugin-retry';
import { tokenErrorOf } from 'unexpired';
import { octokitClient } from '../src/octokit.ts';
import { behindToken } from './support/api.ts';
import { type ClientUnderTest, clientContract } from './support/client-contract.ts';
import { withSession } from './support/client-session.ts';
import { failureOf } from './support/pauses.ts';

const connectWith =
  (Kit: typeof Octokit, request: { retries?: number } = {}): ClientUnderTest['connect'] =>
  (tokens, { origin }) => {
    const octokit = octokitClient(tokens, origin, Kit);
    return {
      async echo(body) {
        const route = 'POST /repos/{owner}/{repo}/issues/{issue_number}/comments';
        const { data } = await octokit.request(route, {
          owner: 'ada',
          repo: 'engine',
          issue_number: 1,
          body,
          request,
        });
        return data.body;
      },
    };
  };

const client: ClientUnderTest = {
  name: '@octokit/core',
  answer: () => behindToken(({ body }) => ({ body: (JSON.parse(body) as { body: string }).body })),
  connect: connectWith(Octokit),
  ended: { asked: 1, like: { name: 'HttpError', status: 500 } },
  refused: { statusOf: (error) => (error as { status?: unknown }).status },
};
clientContract(client);

describe('@octokit/core with @octokit/plugin-retry, which octokit and @octokit/rest bring', () => {
  it.each([
    {
      title: 'four times within 14 s, as for every status of 500',
      retries: {},
      asked: 4,
      seconds: 14,
    },
    { title: 'once where it is told not to retry', retries: { retries: 0 }, asked: 1, seconds: 0 },
  ])('asks $title', async ({ retries, asked, seconds }) => {
    await withSession(
      { ...client, connect: connectWith(Octokit.plugin(retry), retries) },
      async (session) => {
        await session.expire();
        session.end();
        const { error, waited } = await failureOf(() => session.client.echo(''));
        expect(tokenErrorOf(error)?.action).toBe('signIn');
        expect(session.asked).toBe(asked);
        expect(Math.floor(waited / 1000)).toBe(seconds);
      },
    );
  });
});
