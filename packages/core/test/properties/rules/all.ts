import type { Facts, Judge, Rule } from '../simulation/facts.ts';
import { endingRules } from './ending.ts';
import { handedOutRules } from './handed-out.ts';
import {
  agreementRules,
  announcementRules,
  askingRules,
  awayRules,
  intentRules,
  transitionRules,
} from './promises.ts';
import { redeemingRules } from './redeeming.ts';
import { requestRules } from './requests.ts';
import { secretRules } from './secrets.ts';
import { storedRules } from './stored.ts';
import { waitingRules } from './waiting.ts';

/** L12: whatever is broken where the lock is hostile, the lock has broken. */
const blaming = (judge: Judge): Judge => ({
  checked(row) {
    judge.checked(row);
    judge.checked('L12');
  },
  broken(row, what) {
    judge.broken(row, what);
    judge.broken('L12', what);
  },
});

export const allRules = (facts: Facts, judge: Judge): readonly Rule[] =>
  [
    waitingRules,
    handedOutRules,
    redeemingRules,
    storedRules,
    secretRules,
    requestRules,
    endingRules,
    intentRules,
    awayRules,
    announcementRules,
    transitionRules,
    askingRules,
    agreementRules,
  ].map((rules) => rules(facts, facts.setting.lock === 'hostile' ? blaming(judge) : judge));
