import { stat } from 'node:fs/promises';
import type { Sql } from './sqlite-like.ts';

/** Which file the database is in: another one may take its place, under the same name. `undefined`: none that can be looked at. */
export async function fileOf({ get }: Sql): Promise<string | undefined> {
  const row = await get(`select file from pragma_database_list where name = 'main'`, []);
  const file = row?.['file'];
  if (typeof file !== 'string' || file === '') return undefined;
  try {
    const { dev, ino, birthtimeMs } = await stat(file);
    return `${dev} ${ino} ${birthtimeMs}`; // a number of a file may be given to the next one
  } catch {
    return undefined; // it was moved away, and is open still
  }
}

/** Has it no tables at all? */
export const isEmpty = async ({ get }: Sql): Promise<boolean> =>
  (await get('select 1 as found from sqlite_master limit 1', [])) === undefined;
