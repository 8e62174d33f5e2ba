// What a replica holds once 100,000 sessions were read, and what it asks the database for when they are read again.
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { DatabaseSync } from 'node:sqlite';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { sqliteStore } from '@unexpired/sqlite';
import { encryptedStore, type SessionRecord } from 'unexpired';
import { decimals, printTable, whole } from '../support/print.ts';
import { openLoad } from './load.ts';
import { callers, deposit, readsOf, type Server, startBroker } from './servers.ts';

const SESSIONS = 100_000;
const MB = 2 ** 20;

export async function sessions(): Promise<void> {
  const folder = await mkdtemp(path.join(tmpdir(), 'unexpired-bench-'));
  const keys = callers(20);
  const encryption = randomBytes(32);
  const file = path.join(folder, 'sessions.db');
  const start = (): Promise<Server> =>
    startBroker({
      ...{ folder, api: keys.map(({ entry }) => entry), database: { sqlite: file } },
      limits: { cacheBytes: 192 * MB }, // all of them fit
      env: { BROKER_KEY: encryption.toString('base64') },
      providers: { crm: { tokenEndpoint: 'http://127.0.0.1:9/token', clientId: 'benchmark' } },
    });
  const first = await start();
  await deposit(first.origin, 'acme:template', keys[0]?.key ?? '');
  await first.stop();
  await copyTemplate(file, encryption);
  const broker = await start();
  try {
    const load = await openLoad(broker.origin, 16);
    const requests = readsOf(broker.origin, SESSIONS, keys);
    await load.send(requests, 20);
    const rows = [await look('before', broker)];
    for (const name of ['all were read', 'all were read again']) {
      await load.send(requests, SESSIONS);
      rows.push(await look(name, broker));
    }
    load.close();
    printTable(
      `${whole(SESSIONS)} sessions at one replica`,
      ['', 'resident, MB', 'of that heap in use, MB', 'rows read so far'],
      rows,
    );
  } finally {
    await broker.stop();
    await rm(folder, { recursive: true });
  }
}

async function look(name: string, { figures, operator }: Server): Promise<string[]> {
  const metrics = await (await fetch(`${operator}/metrics`)).text();
  const [, reads = '0'] = /unexpired_store_seconds_count\{op="read"\} (\d+)/.exec(metrics) ?? [];
  const { rss } = await figures();
  const { heapUsed } = await figures(true);
  return [name, ...[rss, heapUsed].map((bytes) => decimals(bytes / MB, 0)), whole(Number(reads))];
}

/** Writes the row of the template for all sessions. One after the other through the API takes as many synced commits. */
async function copyTemplate(file: string, encryption: Uint8Array): Promise<void> {
  const database = new DatabaseSync(file);
  database.exec('pragma synchronous = off');
  const storeOf = (key: string) => encryptedStore(sqliteStore(database, { key }), encryption);
  const template = (await storeOf('acme:template').read())?.value as SessionRecord;
  database.exec('begin');
  for (let number = 0; number < SESSIONS; number++)
    await storeOf(`acme:${number}`).write({ ...template, session: `s${number}` }, undefined);
  database.exec('commit');
  database.close();
}
