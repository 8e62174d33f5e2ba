import type { TokenResponse } from 'unexpired';
import type { Seen } from '../seen.ts';
import { openSession } from './session.ts';
import { createView, tell } from './view.ts';

const post = async (path: string): Promise<unknown> =>
  (await fetch(path, { method: 'POST' })).json();

const { tab } = (await post('/join')) as { tab: string };
const { tokens, authFetch } = openSession(tab);
const view = createView(tab);

const showStatus = (): void => view.status(tokens.status);
tokens.subscribe((event) => {
  const { type, token } = event;
  if (type === 'refreshed') view.token(token, event.expiresAt);
  if (type === 'signedIn')
    void tokens.getToken().then((current) => view.token(token, current?.expiresAt), showStatus);
  const sentence = tell(event);
  if (sentence !== undefined) view.note(sentence);
  showStatus();
});

async function send(count: number): Promise<void> {
  const answers = await Promise.allSettled(
    Array.from({ length: count }, (_, index) => authFetch(`/api/items/${index}`)),
  );
  const answered = answers.filter(
    (answer) => answer.status === 'fulfilled' && answer.value.ok,
  ).length;
  view.sent(answered, count - answered);
}

/** At every full second, so that all tabs find an expired token in the same moment. */
async function beat(): Promise<void> {
  if (tokens.status !== 'signedOut' && tokens.status !== 'ended') await send(3);
  const response = await fetch(`/seen?tab=${tab}`);
  view.server((await response.json()) as Seen);
}
const schedule = (): void => {
  setTimeout(
    () => {
      schedule();
      beat().then(view.online, view.offline);
    },
    1000 - (Date.now() % 1000),
  );
};

view.on('sign-in', async () => tokens.setSession((await post('/login')) as TokenResponse));
view.on('sign-out', () => tokens.signOut());
view.on('refresh', () => tokens.refresh());
view.on('end-access-tokens', () => post('/end-access-tokens'));
view.on('open-tab', async () => void window.open(location.href));
await tokens.getToken().catch(showStatus); // reads the store: is anybody signed in?
showStatus();
schedule();
