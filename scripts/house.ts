/** What a package may import, where it runs, and what it may weigh. */
export interface PackageRow {
  /** What may be imported, besides files of the package itself. */
  imports: readonly string[];
  /** What may be imported for its types, which are gone at run time. */
  types?: readonly string[];
  /** May use `node:` modules. */
  builtins?: true;
  /** Runs wherever JavaScript runs, React Native and workerd included. */
  everywhere?: true;
  /** Folders that are published beside `dist`. */
  files?: readonly string[];
  /** Bundles that a web page would load for it. */
  sizes?: readonly Bundle[];
}

/** What somebody's page would load, and how much of it there may be. */
export interface Bundle {
  /** `name from package`, as an import says it. */
  what: readonly string[];
  /** What is loaded anyway, and not counted. */
  over?: readonly string[];
  /** Packages that are left out. */
  without?: readonly string[];
  /** The CommonJS builds, which a bundler takes for code that was compiled to CommonJS. */
  commonjs?: true;
  /** What the README calls it, if it shows it. */
  as?: string;
  /** Bytes after minifying and gzip, dependencies included. Raised only in the commit that needs it, which says why. */
  ceiling: number;
}

const MANAGER = 'createTokenManager from unexpired';

/**
 * Which way the packages depend on each other, by the name of their folder. A new package is added here first, and nowhere
 * else: everything besides follows from its package.json.
 */
export const PACKAGES: Readonly<Record<string, PackageRow>> = {
  core: {
    imports: ['async-mutex'],
    everywhere: true,
    sizes: [
      { what: [MANAGER], as: 'the manager alone', ceiling: 19_320 },
      // At most 0.8 kB over the core.
      { what: [MANAGER, 'renewable from unexpired/renewable'], over: [MANAGER], ceiling: 819 },
    ],
  },
  axios: {
    // Its peer, which it asks for the adapter behind a name.
    imports: ['unexpired', 'unexpired/adapter', 'axios'],
    everywhere: true,
    sizes: [
      { what: [MANAGER, 'attachAuth from @unexpired/axios'], as: 'with axios', ceiling: 29_932 },
      { what: [MANAGER, 'attachAuth from @unexpired/axios'], commonjs: true, ceiling: 30_623 },
    ],
  },
  fetch: {
    imports: ['unexpired', 'unexpired/adapter'],
    types: ['ky'],
    everywhere: true,
    sizes: [
      {
        what: [MANAGER, 'createAuthFetch from @unexpired/fetch'],
        as: 'with fetch',
        ceiling: 28_640,
      },
      { what: [MANAGER, 'kyAuth from @unexpired/fetch/ky'], as: 'with ky', ceiling: 29_430 },
      // With a source of somebody else's: no manager is in it.
      {
        what: ['createAuthFetch from @unexpired/fetch'],
        as: 'with fetch, and a token source of your own in place of the manager',
        ceiling: 11_100,
      },
    ],
  },
  oauth: { imports: ['unexpired', 'unexpired/adapter', 'oauth4webapi'] },
  browser: {
    imports: ['unexpired', 'unexpired/adapter'],
    sizes: [
      {
        what: [
          MANAGER,
          'createAuthFetch from @unexpired/fetch',
          'browserStore from @unexpired/browser',
        ],
        as: 'with fetch and a session that all tabs share',
        ceiling: 37_040,
      },
    ],
  },
  node: {
    imports: ['unexpired', 'unexpired/adapter', 'fs-native-extensions', '@napi-rs/keyring'],
    builtins: true,
  },
  mcp: {
    imports: ['unexpired', 'unexpired/adapter', '@unexpired/fetch', '@unexpired/oauth'],
    sizes: [
      // Its own code, over what it puts together, and without the library that speaks OAuth.
      {
        what: ['mcpSession from @unexpired/mcp'],
        over: [
          MANAGER,
          'memoryStore from unexpired',
          'createAuthFetch from @unexpired/fetch',
          'authorizationCodeGrant from @unexpired/oauth',
          'refreshTokenGrant from @unexpired/oauth',
          'registerClient from @unexpired/oauth',
          'revokeToken from @unexpired/oauth',
        ],
        without: ['oauth4webapi'],
        ceiling: 3072, // 3 kB
      },
      { what: ['mcpSession from @unexpired/mcp'], ceiling: 48_740 },
    ],
  },
  redis: { imports: ['unexpired', 'unexpired/adapter'], types: ['redis', 'ioredis'] },
  postgres: { imports: ['unexpired', 'unexpired/adapter'] },
  sqlite: { imports: ['unexpired', 'unexpired/adapter'], builtins: true },
  service: {
    imports: [
      'unexpired',
      'unexpired/adapter',
      '@unexpired/oauth',
      '@unexpired/postgres',
      '@unexpired/sqlite',
      '@hono/node-server',
      '@hono/zod-openapi',
      'hono',
      'hono/body-limit',
      'hono/html',
      'hono/http-exception',
      'hono/utils/html',
      'pg',
      'pino',
      'prom-client',
      'zod',
    ],
    files: ['dashboards'],
    builtins: true,
  },
  remote: { imports: ['unexpired', 'unexpired/adapter'], everywhere: true },
  // The console inspector needs the core's types alone.
  otel: {
    imports: ['unexpired', 'unexpired/adapter', '@opentelemetry/api'],
    everywhere: true,
    files: ['dashboards'],
  },
  // A command line: nothing of it is loaded by what it rewrites.
  codemod: { imports: ['@ast-grep/napi'], builtins: true, files: ['bin'] },
  testing: { imports: ['unexpired', 'unexpired/adapter', 'msw'], builtins: true },
};
