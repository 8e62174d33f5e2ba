import path from 'node:path';
import { root } from '../workspace.ts';

/** Beside the core's manifest, whose development dependencies the tests import. */
export const BUNDLE = path.join(root, 'packages/core/mutation/all.test.mjs');

/** The environment variable with the folder whose mutants are next. */
export const FOLDER = 'UNEXPIRED_MUTATED';

/** The environment variable with the root that Stryker made its copy of. */
export const ROOT = 'UNEXPIRED_ROOT';
