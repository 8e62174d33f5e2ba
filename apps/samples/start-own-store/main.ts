import { prisma } from './prisma.ts';
import { goThrough, refresh } from './session.ts';

// from docs/start/own-store.md#prisma
// from docs/start/own-store.md#prisma:2

await prisma.connection.create({ data: { id: '42' } });
await goThrough(sessions.get('42'));
await sessions.close();
