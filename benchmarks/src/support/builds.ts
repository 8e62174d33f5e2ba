// The builds that are measured: this one, and with UNEXPIRED_AGAINST that of another checkout, in the same rounds.
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import * as ourAxios from '@unexpired/axios';
import * as ourFetch from '@unexpired/fetch';
import { createTokenManager, type TokenManager } from 'unexpired';
import { freshTokens, noRefresh } from './tokens.ts';

/** What a benchmark needs of a build. */
export interface Build {
  /** What its rows are called after the name of the function. */
  readonly suffix: string;
  readonly attachAuth: typeof ourAxios.attachAuth;
  readonly createAuthFetch: typeof ourFetch.createAuthFetch;
  readonly createTokenManager: typeof createTokenManager;
}

const ours: Build = {
  suffix: '',
  attachAuth: ourAxios.attachAuth,
  createAuthFetch: ourFetch.createAuthFetch,
  createTokenManager,
};

async function other(root: string): Promise<Build> {
  const load = (name: string): Promise<Partial<Build>> =>
    import(pathToFileURL(path.resolve(root, 'packages', name, 'dist', 'index.mjs')).href);
  const [core, axios, fetch] = await Promise.all([load('core'), load('axios'), load('fetch')]);
  return { ...core, ...axios, ...fetch, suffix: ', the other checkout' } as Build;
}

const against = process.env['UNEXPIRED_AGAINST'];

/** This build first. */
export const builds: readonly Build[] = against ? [ours, await other(against)] : [ours];

export const freshManager = (build: Build): TokenManager =>
  build.createTokenManager({ tokens: freshTokens(), refresh: noRefresh });

/** One contender for each build. */
export const ofEach = <T>(name: string, make: (build: Build) => T): [string, T][] =>
  builds.map((build) => [name + build.suffix, make(build)]);
