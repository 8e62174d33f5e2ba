import { prisma } from './prisma.ts';

// from docs/start/servers.md#for-a-server-with-many-sessions
// from docs/start/own-store.md#prisma
// from docs/start/own-store.md#prisma:2
// from docs/start/servers.md#for-a-server-with-many-sessions:3

export { sessions };
