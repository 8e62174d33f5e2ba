import { shippedPackage } from '../../tsdown.base.ts';

export default shippedPackage(import.meta.dirname, { platform: 'node', programs: ['src/cli.ts'] });
