import { prisma } from './prisma.ts';

await prisma.connection.create({ data: { id: '42' } });
async function emptyTheTable() {
  await prisma.connection.deleteMany();
  await prisma.connection.create({ data: { id: '42' } });
}

// from docs/start/own-store.md#prisma
// from docs/start/own-store.md#the-contract
