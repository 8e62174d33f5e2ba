import { shippedPackage } from '../../tsdown.base.ts';

// For tests, which run on Node: its servers are real HTTP servers.
export default shippedPackage(import.meta.dirname, { platform: 'node' });
