import { createTokenManager } from 'unexpired';
import { refresh } from './refresh.ts';

export const tokens = createTokenManager({ refresh });
