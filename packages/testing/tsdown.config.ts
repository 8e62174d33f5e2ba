import { shippedPackage } from '../../tsdown.base.ts';

// For tests, which run on Node: its servers are real HTTP servers.
export default shippedPackage({
  entry: ['src/index.ts', 'src/node.ts', 'src/msw.ts'],
  platform: 'node',
});
