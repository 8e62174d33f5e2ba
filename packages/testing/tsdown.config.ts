import { shippedPackage } from '../../tsdown.base.ts';

// For tests, which run on Node: its servers are real HTTP servers.
export default shippedPackage({ entry: ['src/index.ts'], platform: 'node' });
