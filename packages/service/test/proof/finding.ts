/** A promise that a run has broken: which, and where. */
export interface Finding {
  readonly rule: Rule;
  readonly what: string;
}

export type Rule =
  | 'a token of another session was served'
  | 'a token was served after its expiry'
  | 'a refused token was served in its own place'
  | 'a refused token was served again after it had been replaced'
  | 'the API refused a token that it had no reason to refuse'
  | 'a request was not answered'
  | 'an answer was neither a token nor a problem'
  | 'a connection broke while no replica ended'
  | 'a refresh token was redeemed twice'
  | 'a refresh token came twice without a lost answer'
  | 'a session was lost without a lost answer'
  | 'a session had no token in the end'
  | 'a secret was written';
