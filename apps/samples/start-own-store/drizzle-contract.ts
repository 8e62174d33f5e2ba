import { db } from './db.ts';

async function emptyTheTable() {
  await db.delete(connections);
  await db.insert(connections).values({ id: '42' });
}

// from docs/start/own-store.md#drizzle

await emptyTheTable();
const storeOf = drizzleStore;

// from docs/start/own-store.md#the-contract
