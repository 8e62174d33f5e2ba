import type { Facts, Judge, Rule } from '../simulation/facts.ts';
import { endingRules } from './ending.ts';
import { handedOutRules } from './handed-out.ts';
import { redeemingRules } from './redeeming.ts';
import { requestRules } from './requests.ts';
import { secretRules } from './secrets.ts';
import { storedRules } from './stored.ts';
import { waitingRules } from './waiting.ts';

export const allRules = (facts: Facts, judge: Judge): readonly Rule[] =>
  [
    waitingRules,
    handedOutRules,
    redeemingRules,
    storedRules,
    secretRules,
    requestRules,
    endingRules,
  ].map((rules) => rules(facts, judge));
