import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Had } from './peer.ts';

/** Lets processes need the next generation, all at once, and again and again. Each round's ms from its commit to the last who has it. */
export async function startPeers(
  kind: string,
  place: string,
  processes: number,
  rounds: number,
): Promise<number[]> {
  const program = fileURLToPath(new URL('peer.ts', import.meta.url));
  const peers = Array.from({ length: processes }, () =>
    fork(program, [kind, place], { execArgv: ['--no-warnings'] }),
  );
  try {
    await Promise.all(peers.map((peer) => once(peer, 'message')));
    const times: number[] = [];
    for (let gen = 1; gen <= rounds; gen++) {
      const answers = peers.map(async (peer) => (await once(peer, 'message'))[0] as Had);
      for (const peer of peers) peer.send(gen);
      const all = await Promise.all(answers);
      const committed = all.find(({ refreshed }) => refreshed)?.at ?? Number.NaN;
      times.push(Math.max(...all.map(({ at }) => at)) - committed);
    }
    return times;
  } finally {
    const ends = peers.map((peer) => once(peer, 'exit'));
    for (const peer of peers) peer.kill('SIGKILL');
    await Promise.all(ends);
  }
}
