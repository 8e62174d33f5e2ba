import { shippedPackage } from '../../tsdown.base.ts';

// async-mutex in CommonJS loads tslib, which is larger than all that we use of it.
export default shippedPackage(import.meta.dirname, { inCommonjs: ['async-mutex'] });
