import { shippedPackage } from '../../tsdown.base.ts';

// oauth4webapi has ES modules only, and what runs CommonJS alone, as jest does, cannot load those.
export default shippedPackage(import.meta.dirname, { inCommonjs: ['oauth4webapi'] });
