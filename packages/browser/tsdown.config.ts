import { shippedPackage } from '../../tsdown.base.ts';

export default shippedPackage({ entry: ['src/index.ts'] });
