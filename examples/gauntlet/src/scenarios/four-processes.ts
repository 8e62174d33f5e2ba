import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { everyoneAnswered, goesOn, oneRefresh, sessionAlive } from '../rules.ts';
import type { Scenario } from '../scenario.ts';
import { untilExpired } from './expiring.ts';

const PROCESSES = 4;
/** Seconds in which all of them have started, on a busy machine too. */
const STARTING = 10;
const worker = fileURLToPath(new URL('../cell/worker.ts', import.meta.url));

export const fourProcesses: Scenario = {
  id: 'four-processes',
  name: 'four processes',
  what: 'Four processes share a file with the session; each sends 5 requests at the same moment, and the token has expired. Contenders whose documentation keeps tokens in localStorage get one that is a file.',
  rules: [oneRefresh, sessionAlive, everyoneAnswered, goesOn],
  firstLifetime: STARTING,
  isShared: true,
  async play(stage) {
    const workers = await Promise.all(
      Array.from({ length: PROCESSES }, () => startWorker(stage.place)),
    );
    await untilExpired(stage);
    const count = stage.crowd / PROCESSES;
    const results = await Promise.all(workers.map((one) => one.run(count)));
    stage.count(results.flat());
    await stage.goOn();
  },
};

interface Worker {
  run(count: number): Promise<{ readonly state: 'answered' | 'failed' | 'pending' }[]>;
}

/** One more process of the app, started and waiting. */
async function startWorker(place: object): Promise<Worker> {
  const child = fork(worker, [JSON.stringify(place)], { stdio: 'ignore' });
  const gone = once(child, 'exit').then(() => undefined);
  await Promise.race([once(child, 'message'), gone]);
  return {
    async run(count) {
      const lost = Array.from({ length: count }, () => ({ state: 'failed' as const }));
      if (!child.connected) return lost;
      child.send({ count });
      const answer = (await Promise.race([once(child, 'message'), gone])) as
        | [{ readonly state: 'answered' | 'failed' | 'pending' }[]]
        | undefined;
      return answer?.[0] ?? lost;
    },
  };
}
