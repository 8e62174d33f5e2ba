// A database login that Vault makes and takes back: user, password and lease, not one string.
import { Pool } from 'pg';
import { renewable } from 'unexpired/renewable';

interface Login {
  pool: Pool;
  lease: string;
}

const database = renewable<Login>({
  name: 'orders-db',
  async acquire({ signal }) {
    const answer = await fetch('http://127.0.0.1:8200/v1/database/creds/orders', {
      headers: { 'x-vault-token': vaultToken },
      signal,
    });
    const { lease_id, lease_duration, data } = (await answer.json()) as Answer;
    return {
      value: {
        lease: lease_id,
        pool: new Pool({ user: data.username, password: data.password, max: 10 }),
      },
      expiresAt: Date.now() + lease_duration * 1000,
    };
  },
  isRejected: (error) => ['28P01', '28000'].includes((error as { code?: string }).code ?? ''),
  dispose: ({ pool }) => pool.end(), // once no query runs on it any more
});
export const orders = () => database.use(({ pool }) => pool.query('select * from orders'));

// "Any idempotent operation once, the result shared": made at its first use, and again when that failed.
const settings = renewable({
  acquire: async ({ signal }) => ({
    value: await (await fetch('https://cfg.example.com', { signal })).json(),
  }),
});
export const flag = async (name: string): Promise<unknown> => (await settings.get())[name];

declare const vaultToken: string;
interface Answer {
  lease_id: string;
  lease_duration: number;
  data: { username: string; password: string };
}
