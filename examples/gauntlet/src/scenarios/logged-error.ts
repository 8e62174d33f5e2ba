import { inspect } from 'node:util';
import { noted, sessionAlive } from '../rules.ts';
import type { Scenario } from '../scenario.ts';

export const loggedError: Scenario = {
  id: 'logged-error',
  name: 'the token in a logged error',
  what: 'A request is answered with 500, one for another place with 401, and then the refresh is refused as well. The errors are logged, as JSON.stringify and util.inspect show them.',
  rules: [
    sessionAlive,
    noted('no access token in the log', 'access token', false),
    noted('no refresh token in the log', 'refresh token', false),
  ],
  async play(stage) {
    const { arena } = stage;
    const [broken] = stage.ask(1, { under: '/broken' });
    if (broken) await stage.settle([broken]);
    arena.server.endAccessTokens();
    arena.server.plan(...Array.from({ length: 4 }, () => REFUSAL));
    const [unauthorized] = stage.ask(1);
    if (unauthorized) await stage.settle([unauthorized]);
    const log = [broken, unauthorized].map((one) => logged(one?.error)).join('\n');
    const { access_token, refresh_token } = stage.signedIn;
    stage.note('access token', log.includes(access_token));
    stage.note('refresh token', log.includes(String(refresh_token)));
  },
};

const REFUSAL = { type: 'oauthError', error: 'invalid_client', status: 401 } as const;

function logged(error: unknown): string {
  let json = '';
  try {
    json = JSON.stringify(error) ?? '';
  } catch (circular) {
    json = String(circular);
  }
  return `${json}\n${inspect(error, { depth: Number.POSITIVE_INFINITY, maxStringLength: null })}`;
}
