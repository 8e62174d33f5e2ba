// The child process that the servers live in, away from the callers whose work they count.
import { type Arena, openArena } from './arena.ts';
import type { Answers, Ask, Reply, Request } from './messages.ts';

const arenas = new Map<number, Arena>();

process.on('message', (request: Request) => {
  answer(request.ask).then(
    (result) => reply({ id: request.id, answer: result }),
    (error: unknown) =>
      reply({ id: request.id, error: error instanceof Error ? error.message : String(error) }),
  );
});
// Nobody is left to answer: not even a parent that was killed leaves servers behind.
process.on('disconnect', () => process.exit());
// Ctrl-C reaches the whole group; the parent ends first, and then this does.
process.on('SIGINT', () => undefined);

async function answer(ask: Ask): Promise<Answers[Ask['call']]> {
  if (ask.call === 'open') {
    const opened = await openArena(ask.lifetime);
    const arena = arenas.size + 1;
    arenas.set(arena, opened);
    return { arena, address: opened.address };
  }
  const arena = arenas.get(ask.arena);
  if (!arena) throw new Error(`There is no arena ${ask.arena}.`);
  if (ask.call === 'counters') return arena.counters();
  if (ask.call === 'close') return await arena.close();
  return void (await arena.revokeAccessToken());
}

function reply(message: Reply): void {
  process.send?.(message, undefined, undefined, (error: Error | null) => {
    if (error) process.exit();
  });
}
