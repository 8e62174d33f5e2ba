import type { Config } from 'jest';
import { namesToSources } from './scripts/jest-command.ts';

// Tests run against the sources, so that a failing test points into them. What is shipped is checked on the packed tarballs instead.
const config: Config = {
  roots: ['<rootDir>/packages', '<rootDir>/examples', '<rootDir>/site', '<rootDir>/test'],
  testMatch: [
    '<rootDir>/packages/*/test/**/*.test.ts',
    '<rootDir>/examples/*/test/**/*.test.ts',
    '<rootDir>/site/test/**/*.test.ts',
    '<rootDir>/test/**/*.test.ts',
  ],
  testPathIgnorePatterns: ['/node_modules/', '/dist/'],
  modulePathIgnorePatterns: ['/dist/'],
  testEnvironment: 'node',
  extensionsToTreatAsEsm: ['.ts'],
  transform: {
    '^.+\\.ts$': [
      '@swc/jest',
      {
        jsc: {
          parser: { syntax: 'typescript' },
          target: 'es2023',
          experimental: { keepImportAttributes: true },
        },
        module: { type: 'es6' },
        sourceMaps: 'inline',
      },
    ],
  },
  moduleNameMapper: namesToSources(),
  // How long a test may hang, not how long it may take: a browser that starts a worker on a busy machine has been seen to need 25 s.
  testTimeout: 90_000,
  maxWorkers: 2,
  injectGlobals: false,
};

export default config;
