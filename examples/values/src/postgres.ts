import { Pool, type PoolClient, type PoolConfig } from 'pg';
import { type Renewable, renewable } from 'unexpired/renewable';
import { isRefusedLogin } from './refusals.ts';

/** One pool, whose connections are opened with the password of the moment. */
export function postgresPool(
  fetchPassword: (signal: AbortSignal) => Promise<string>,
  config: PoolConfig,
  password: Renewable<string> = renewable({
    name: 'postgres',
    acquire: async ({ signal }) => ({ value: await fetchPassword(signal) }),
    isRejected: isRefusedLogin,
  }),
): { connect(): Promise<PoolClient>; close(): Promise<void> } {
  const pool = new Pool({ ...config, password: () => password.get() });
  // An idle connection that the server ends is gone from the pool already. Without a listener it would end the process.
  pool.on('error', () => undefined);
  return {
    // The server looks the password up before it asks for it. If it changes in between, the new one is refused, too:
    // the second attempt opens another connection.
    connect: () => password.use(() => pool.connect()),
    async close() {
      await pool.end();
      await password.close();
    },
  };
}
