// `npm run docs`: the site on this machine, from the pages as they are now.
import path from 'node:path';
import { createServer } from 'vitepress';
import { writePages } from './write-pages.ts';

writePages();
const server = await createServer(path.join(import.meta.dirname, '..'), { host: '127.0.0.1' });
await server.listen();
server.printUrls();
