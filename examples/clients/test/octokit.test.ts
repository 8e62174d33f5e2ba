import { describe, expect, it } from '@jest/globals';
import { Octokit } from '@octokit/core';
import { retry } from '@octokit/plugin-retry';
import { octokitClient } from '../src/octokit.ts';
import { behindToken } from './support/api.ts';
import { checkFound, type ClientUnderTest, clientContract, openSession } from './support/client-contract.ts';
import { failureOf } from './support/pauses.ts';

const checkEnded = (error: unknown): void => {
  expect(error).toMatchObject({ name: 'HttpError', status: 500 });
  checkFound(error);
};

const connectWith =
  (Kit: typeof Octokit): ClientUnderTest['connect'] =>
  (tokens, { origin }) => {
    const octokit = octokitClient(tokens, origin, Kit);
    return {
      async echo(body) {
        const route = 'POST /repos/{owner}/{repo}/issues/{issue_number}/comments';
        const { data } = await octokit.request(route, { owner: 'ada', repo: 'engine', issue_number: 1, body });
        return data.body;
      },
    };
  };

const client: ClientUnderTest = {
  name: '@octokit/core',
  answer: () => behindToken(({ body }) => ({ body: (JSON.parse(body) as { body: string }).body })),
  connect: connectWith(Octokit),
  ended: { asked: 1, check: checkEnded },
  refused: { statusOf: (error) => (error as { status?: unknown }).status },
};
clientContract(client);

describe('@octokit/core with @octokit/plugin-retry, which octokit and @octokit/rest bring', () => {
  it('asks four times within 14 s when the session is found ended, as it does for every status of 500', async () => {
    const session = await openSession({ ...client, connect: connectWith(Octokit.plugin(retry)) });
    await session.expire();
    session.end();
    const { error, waited } = await failureOf(() => session.client.echo(''));
    checkEnded(error);
    expect(session.asked).toBe(4);
    expect(Math.floor(waited / 100)).toBe(140);
    await session.close();
  });
});
