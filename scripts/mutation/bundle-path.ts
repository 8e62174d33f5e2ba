import path from 'node:path';
import { root } from '../workspace.ts';

/** Beside the core's manifest, whose development dependencies the tests import. */
export const BUNDLE = path.join(root, 'packages/core/mutation/all.test.mjs');
