import { setTimeout as pause } from 'node:timers/promises';
import type { Rotation } from 'unexpired';
import { newFolder } from './folder.ts';
import type { Answers, FileSetup, Order } from './orders.ts';
import { type Program, start } from './program.ts';
import { CLIENT_ID, startStrictProvider } from './provider.ts';
import { recordOf } from './records.ts';
import { openSqliteCell } from './sqlite-store.ts';

export interface LivesPlan {
  /** Ms that each process lives from when it is ready; a refresh that it has sent by then is waited for. */
  readonly life: number;
  /** Processes at the most. */
  readonly most: number;
  readonly rotation: Rotation;
}

/** What became of a session whose holder was killed, in the hands of processes that live for seconds. */
export interface LivesResult {
  /** How many it took until one was served. */
  readonly lives: number;
  /** What the last one was told: `live` for a token that the server knows. */
  readonly outcome: string;
  readonly redemptions: number;
  readonly refusals: number;
  readonly revocations: number;
  /** What the table holds in the end; it began with 0. */
  readonly gen: number | undefined;
}

/**
 * On a table without a lock, a process is killed with SIGKILL after it has written its intent and before it sends the refresh
 * token. Nobody can tell that it is dead: its intent has to have its time. Those who come after it live for seconds, one
 * after the other, none of them for as long as that.
 */
export async function runShortLives({ life, most, rotation }: LivesPlan): Promise<LivesResult> {
  const [provider, folder] = await Promise.all([startStrictProvider(), newFolder()]);
  const file = folder.at('sessions.db');
  const cell = openSqliteCell(file);
  const { tokenEndpoint, revocationEndpoint } = provider;
  const setup: FileSetup = {
    file,
    tokenEndpoint,
    revocationEndpoint,
    clientId: CLIENT_ID,
    rotation,
  };
  let running: Program | undefined;
  const begin = async (more: Partial<FileSetup> = {}): Promise<Program> => {
    running = start('sqlite-client', [JSON.stringify({ ...setup, ...more })]);
    await running.next('ready');
    running.tell({ kind: 'ask', advance: 0, requests: 1 } satisfies Order);
    return running;
  };
  try {
    const refreshToken = await provider.newRefreshToken();
    await cell.store.write(
      { ...recordOf(0, { refreshToken, expiresAt: 0 }), issuedAt: 0 },
      undefined,
    );
    const victim = await begin({ catch: { step: 'F6 before the call', how: 'SIGKILL' } });
    await victim.ended;
    let [lives, outcome] = [0, 'nobody was served'];
    while (lives < most && outcome !== 'live') {
      lives++;
      const program = await begin();
      const answered = program.next<Answers>('answers');
      await Promise.race([answered, pause(life)]);
      program.tell({ kind: 'close' } satisfies Order);
      const { tokens, errors } = await answered;
      await program.ended;
      const isLive = tokens.length > 0 && (await provider.isLiveAccess(String(tokens[0])));
      outcome = isLive ? 'live' : [...errors, ...tokens].join(' ');
    }
    const { redemptions, refusals, revocations } = provider;
    const { gen } = ((await cell.store.read())?.value ?? {}) as { readonly gen?: number };
    return { lives, outcome, redemptions, refusals, revocations, gen };
  } finally {
    await running?.kill();
    cell.close();
    await provider.stop();
    await folder.remove();
  }
}
