import { prisma } from './prisma';

// from docs/start/own-store.md#prisma

export { storeOf };
