/** @jest-config-loader esbuild-register */
import type { Config } from 'jest';

// Tests run against the sources, so that a failing test points into them. What is shipped is checked on the packed tarballs instead.
const config: Config = {
  roots: ['<rootDir>/packages', '<rootDir>/examples', '<rootDir>/test'],
  testMatch: [
    '<rootDir>/packages/*/test/**/*.test.ts',
    '<rootDir>/examples/*/test/**/*.test.ts',
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
  moduleNameMapper: {
    '^unexpired$': '<rootDir>/packages/core/src/index.ts',
    '^unexpired/adapter$': '<rootDir>/packages/core/src/adapter.ts',
    '^@unexpired/(axios|browser|fetch|node|oauth|redis|testing)$':
      '<rootDir>/packages/$1/src/index.ts',
    '^@unexpired/(axios|browser|fetch|node|oauth|redis|testing)/([a-z-]+)$':
      '<rootDir>/packages/$1/src/$2.ts',
  },
  testTimeout: 20_000,
  maxWorkers: 2,
  injectGlobals: false,
};

export default config;
