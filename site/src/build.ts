// `npm run docs:build`: the site, from the repository's pages. A dead link is an error.
import path from 'node:path';
import { build } from 'vitepress';
import { writePages } from './write-pages.ts';

writePages();
await build(path.join(import.meta.dirname, '..'));
