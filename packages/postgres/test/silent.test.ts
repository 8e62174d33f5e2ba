import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Pool } from 'pg';
import { recordOf } from '../../node/test/support/records.ts';
import { postgresStore } from '../src/index.ts';
import { poolOn } from './support/connect.ts';
import { type SilentPath, startSilentPath } from './support/silent-path.ts';
import { inPostgres, KEY } from './support/stage.ts';

inPostgres('a store in PostgreSQL', (stage) => {
  let path: SilentPath;
  let direct: Pool;
  let heard = 0;
  beforeEach(async () => {
    path = await startSilentPath(stage.server().port);
    direct = poolOn(path.port);
    heard = 0;
    stage.ends.push(stop);
  });
  afterEach(() => path.close());

  const stopped: (() => void)[] = [];
  /** Listens over `own`, for which the path may be silent. */
  const listenOver = (own: Pool): void => {
    const store = postgresStore(stage.pool, { key: KEY, direct: own });
    stopped.push(store.subscribe?.(() => heard++) ?? (() => undefined));
  };
  const stop = (): void => {
    for (const each of stopped.splice(0)) each();
  };
  const until = async (happened: () => boolean): Promise<void> => {
    while (!happened()) await stage.pool.query('select 1');
  };

  describe('a connection that goes silent at LISTEN', () => {
    beforeEach(() => path.silenceAt('listen unexpired'));

    it('is let go when nobody wants to listen any more: the pool can end', async () => {
      listenOver(direct);
      await until(() => path.silenced() === 1);
      stop();
      await direct.end();
      expect(direct.totalCount).toBe(0);
    }, 20_000);

    it('is given up after a while, and another one listens', async () => {
      listenOver(direct);
      await until(() => path.silenced() === 1);
      path.silenceAt(undefined);
      await until(() => heard > 0);
      expect(direct.totalCount).toBe(1);
      stop();
      await direct.end();
    }, 20_000);
  });

  describe('a connection that goes silent while it listens', () => {
    it('keeps nobody from being told what is written here, and another one listens', async () => {
      const other = stage.connect();
      const writer = postgresStore(stage.pool, { key: KEY, direct });
      let news = 0;
      stopped.push(writer.subscribe?.(() => news++) ?? (() => undefined));
      listenOver(other);
      await until(() => news > 0 && heard > 0); // both listen
      path.silence();
      const before = heard;
      await writer.write(recordOf(1), undefined);
      await until(() => heard > before);
      expect(path.silenced()).toBe(1);
      const missed = news;
      await until(() => news > missed); // it listens again, and may have missed something
      stop();
      await direct.end();
    }, 20_000);

    it('is no reason to stay for a pool that has no other: it tells over a new one', async () => {
      const single = poolOn(path.port);
      single.options.max = 1;
      const other = stage.connect();
      const writer = postgresStore(stage.pool, { key: KEY, direct: single });
      let news = 0;
      stopped.push(writer.subscribe?.(() => news++) ?? (() => undefined));
      listenOver(other);
      await until(() => news > 0 && heard > 0);
      path.silence();
      const before = heard;
      await writer.write(recordOf(1), undefined);
      await until(() => heard > before);
      expect(path.silenced()).toBe(1);
      stop();
      await single.end();
    }, 20_000);
  });
});
