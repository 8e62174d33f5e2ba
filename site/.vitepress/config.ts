import path from 'node:path';
import { defineConfig } from 'vitepress';
import { PACKAGES } from '../../scripts/house.ts';
import { root, sourcesByName } from '../../scripts/workspace.ts';

const start = [
  ['axios', 'start/axios'],
  ['fetch', 'start/fetch'],
  ['ky', 'start/ky'],
  ['cookies', 'start/cookies'],
  ['OAuth 2', 'start/oauth'],
  ['one session in many places', 'start/stores'],
  ['a server with many sessions', 'start/servers'],
  ['workers', 'start/workers'],
  ['a command-line tool', 'start/cli'],
  ['a host of MCP servers', 'start/mcp'],
  ['an SDK', 'start/sdk'],
  ['a store of your own', 'start/own-store'],
  ['tests with jest and msw', 'start/tests'],
] as const;
const more = [
  ['from axios-auth-refresh', 'migrate/axios-auth-refresh'],
  ['from failedQueue', 'migrate/failed-queue'],
  ['frameworks', 'frameworks'],
  ['clients that take a fetch', 'recipes'],
  ['long connections', 'connections'],
  ['other values that expire', 'renewable'],
  ['a token broker', 'service'],
  ['compilers, bundlers, test runners', 'tools'],
] as const;
const reference = [
  ['options, errors, events', 'reference'],
  ['by what you see', 'errors'],
  ['what is guaranteed', 'guarantees'],
  ['how a refresh goes', 'protocol'],
  ['which clients', 'compat'],
  ['the gauntlet', 'gauntlet'],
  ['which runtimes', 'runtimes'],
  ['benchmarks', 'benchmarks'],
  ['apps built from a page', 'apps'],
  ['decisions', 'decisions/'],
] as const;
const items = (pages: readonly (readonly [text: string, link: string])[]) =>
  pages.map(([text, link]) => ({ text, link: `/${link}` }));

export default defineConfig({
  title: 'Unexpired',
  description:
    'Access tokens that renew themselves: one refresh, however many requests, tabs, processes or machines need it.',
  srcDir: 'pages',
  outDir: 'dist',
  cacheDir: '.cache',
  cleanUrls: true,
  markdown: {
    // As on the forge, so that one link works in both places.
    anchor: {
      slugify: (title) =>
        title
          .toLowerCase()
          .replace(/[^\p{L}\p{N}\s_-]/gu, '')
          .trim()
          .replace(/\s/g, '-'),
    },
  },
  vite: {
    // The library that the playground shows is the one that these pages are about.
    resolve: {
      alias: Object.entries(sourcesByName()).map(([name, source]) => ({
        find: new RegExp(`^${name}$`),
        replacement: path.join(root, source),
      })),
    },
  },
  themeConfig: {
    search: { provider: 'local' },
    outline: [2, 3],
    sidebar: [
      { text: 'See the race', link: '/playground' },
      { text: 'Start with', items: items(start) },
      { text: 'Recipes', items: items(more) },
      { text: 'Reference', items: items(reference) },
      {
        text: 'Packages',
        collapsed: true,
        items: items(Object.keys(PACKAGES).map((name) => [name, `packages/${name}`])),
      },
      {
        text: 'Take part',
        items: items([
          ['contributing', 'contributing'],
          ['security', 'security'],
        ]),
      },
    ],
  },
});
