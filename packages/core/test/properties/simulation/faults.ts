/** What a gate stands before. A gate is a place where something outside of the code under test takes its time. */
export type GateKind =
  | 'storeRequest'
  | 'storeAnswer'
  | 'lateWrite'
  | 'notify'
  | 'lockRequest'
  | 'lockGrant'
  | 'leaseNotice'
  | 'request'
  | 'answer'
  | 'revoke'
  | 'api';

/** Everything that may go wrong outside. Each one that strikes is written into the log that lost sessions are matched to. */
export type Fault =
  | 'hang'
  | 'storeFails'
  | 'lockFails'
  | 'unsent'
  | 'requestLost'
  | 'requestLate'
  | 'unavailable'
  | 'rateLimited'
  | 'html'
  | 'configuration'
  | 'answerLost'
  | 'errorAfter'
  | 'cutJson'
  | 'badAnswer'
  | 'expiredAnswer'
  | 'sameToken'
  | 'revokeFails'
  | 'crash'
  | 'leaseLost'
  | 'storeBack'
  | 'outage'
  | 'away'
  | 'restored'
  | 'writeLate'
  | 'writeRefused'
  | 'otherSubject'
  | 'trap'
  | 'ended';

/** Which faults can strike at which gate. */
export const FAULTS: Record<GateKind, readonly Fault[]> = {
  storeRequest: ['storeFails', 'hang', 'writeLate', 'writeRefused'],
  storeAnswer: ['storeFails', 'hang'],
  lateWrite: [],
  notify: ['hang'],
  lockRequest: ['lockFails', 'hang'],
  lockGrant: ['hang'],
  leaseNotice: ['hang'],
  request: [
    'unsent',
    'requestLost',
    'requestLate',
    'unavailable',
    'rateLimited',
    'html',
    'configuration',
    'trap',
    'hang',
  ],
  answer: [
    'answerLost',
    'errorAfter',
    'cutJson',
    'badAnswer',
    'expiredAnswer',
    'sameToken',
    'otherSubject',
    'trap',
    'hang',
  ],
  revoke: ['revokeFails', 'hang'],
  api: ['hang'],
};

/** One line of the log. `owner`: the manager that was struck; 0: everybody. */
export interface Strike {
  readonly fault: Fault;
  readonly owner: number;
  /** Place in the log that strikes and redemptions share. */
  readonly order: number;
}
