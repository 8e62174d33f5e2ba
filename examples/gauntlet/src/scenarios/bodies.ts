import type { Played, Scenario } from '../scenario.ts';
import type { Stage } from '../stage.ts';
import { goesOn, nobodyHangs, noted, oneRefresh, sessionAlive } from '../rules.ts';
import { EXPIRING, untilExpired } from './expiring.ts';

const without = ({ client }: Played): string | undefined =>
  client.post === undefined ? 'its callers send no bodies of their own' : undefined;

const CHUNK = 'x'.repeat(1000);
const CHUNKS = 20;

export const stream: Scenario = {
  id: 'stream',
  name: 'a stream',
  what: 'One upload of a stream, which can be read once, and the time of the access token is over.',
  rules: [oneRefresh, sessionAlive, noted('taken whole, once', 'taken', 'whole')],
  firstLifetime: EXPIRING,
  without,
  async play(stage) {
    await untilExpired(stage);
    await stage.settle([uploadStream(stage)]);
    stage.note(
      'taken',
      taken(stage, (body) => body === CHUNK.repeat(CHUNKS)),
    );
  },
};

export const refusedStream: Scenario = {
  id: 'refused-stream',
  name: 'a stream is refused',
  what: 'One upload of a stream, and the server has taken the token back: what was read cannot be read again.',
  rules: [
    sessionAlive,
    nobodyHangs,
    noted('nothing, or the whole, is taken', 'in part', false),
    goesOn,
  ],
  without,
  async play(stage) {
    stage.arena.server.endAccessTokens();
    await stage.settle([uploadStream(stage)]);
    const found = taken(stage, (body) => body === CHUNK.repeat(CHUNKS));
    stage.note('taken', found);
    stage.note('in part', found !== 'whole' && found !== 'not');
    await stage.goOn();
  },
};

export const form: Scenario = {
  id: 'form',
  name: 'a form with a file',
  what: 'One upload of a form, and the server has taken the token back: sent again, it has to be the same.',
  rules: [oneRefresh, sessionAlive, noted('taken whole, once', 'taken', 'whole')],
  without,
  async play(stage) {
    stage.arena.server.endAccessTokens();
    const data = new FormData();
    data.set('file', new Blob([CHUNK.repeat(CHUNKS)]), 'file.txt');
    data.set('name', 'Ada');
    await stage.settle([
      stage.post('/upload/form', async (client) => await client.post?.('/upload/form', data)),
    ]);
    stage.note(
      'taken',
      taken(
        stage,
        (body) => body.includes(CHUNK.repeat(CHUNKS)) && body.includes('\r\n\r\nAda\r\n'),
      ),
    );
  },
};

function uploadStream(stage: Stage): ReturnType<Stage['post']> {
  let chunks = 0;
  const body = new ReadableStream<Uint8Array>({
    pull(controller) {
      if (chunks === CHUNKS) return controller.close();
      chunks += 1;
      controller.enqueue(new TextEncoder().encode(CHUNK));
    },
  });
  return stage.post(
    '/upload/stream',
    async (client) => await client.post?.('/upload/stream', body),
  );
}

/** What the API took of it: with a good token, and to its end. */
function taken({ arena }: Stage, isWhole: (body: string) => boolean): string {
  const bodies = arena.visits
    .filter(({ path, good, body }) => path.startsWith('/upload/') && good && body !== undefined)
    .map(({ body = '' }) => body);
  if (bodies.length === 0) return 'not';
  if (bodies.length > 1) return `${bodies.length} times`;
  return bodies.every(isWhole) ? 'whole' : 'in part';
}
