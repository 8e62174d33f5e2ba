/** What a server does with a refresh token that was redeemed before. */
export type ServerMode = 'neverRotates' | 'grace' | 'rejects' | 'revokes';

/** One line of the server's log. */
export interface Redemption {
  readonly family: string;
  /** Which refresh token of the family. */
  readonly index: number;
  /** The manager that sent it. */
  readonly by: number;
  readonly order: number;
  /** `reuse`: presented after it was redeemed. `over`: the family had been revoked. */
  readonly outcome: 'redeemed' | 'grace' | 'reuse' | 'over';
}

export interface ServerAnswer {
  readonly access_token: string;
  readonly refresh_token?: string;
  readonly token_type: string;
  readonly expires_in: number;
}

/** What a token of this server says about itself. */
export interface TokenName {
  readonly kind: 'at' | 'rt';
  readonly family: string;
  readonly index: number;
}

/** No token of the server lacks this, so that it can be looked for where no token may be. */
export const TOKEN_MARK = '~TOKEN~';

export function tokenName(token: string): TokenName | undefined {
  const [kind, family, index] = token.replace(TOKEN_MARK, '.').split('.');
  return (kind === 'at' || kind === 'rt') && family !== undefined
    ? { kind, family, index: Number(index) }
    : undefined;
}

interface Family {
  rt: number;
  at: number;
  readonly issued: Map<number, number>;
  revoked: 'signOut' | 'reuse' | undefined;
}

/** An authorization server and its API, as the oracle of the simulation: small enough to be read as the specification. */
export interface Server {
  readonly log: readonly Redemption[];
  /** A new session. */
  login(now: number): ServerAnswer;
  /** `undefined`: invalid_grant. */
  redeem(refreshToken: string, by: number, order: number, now: number): ServerAnswer | undefined;
  revoke(refreshToken: string): void;
  /** Does the API take this access token? */
  accepts(accessToken: string, now: number): boolean;
  /** Is this the refresh token that the server would redeem? */
  isLive(refreshToken: string): boolean;
  revoked(family: string): Family['revoked'];
}

export function createServer(
  options: {
    readonly mode: ServerMode;
    readonly lifetime: number;
    readonly killsOld: boolean;
  },
  issued: (answer: ServerAnswer) => void,
): Server {
  const { mode, lifetime, killsOld } = options;
  const families = new Map<string, Family>();
  const log: Redemption[] = [];

  const answer = (name: string, family: Family, now: number): ServerAnswer => {
    family.at++;
    family.issued.set(family.at, now);
    const answer: ServerAnswer = {
      access_token: `at${TOKEN_MARK}${name}.${family.at}`,
      refresh_token: `rt${TOKEN_MARK}${name}.${family.rt}`,
      token_type: 'Bearer',
      expires_in: lifetime,
    };
    issued(answer);
    return answer;
  };

  return {
    log,
    login(now) {
      const name = `f${families.size + 1}`;
      const family: Family = { rt: 0, at: -1, issued: new Map(), revoked: undefined };
      families.set(name, family);
      return answer(name, family, now);
    },
    redeem(refreshToken, by, order, now) {
      const named = tokenName(refreshToken);
      const family = named && families.get(named.family);
      if (named === undefined || family === undefined)
        throw new Error('The simulation sent a token that was never issued');
      const entry = (outcome: Redemption['outcome']): void =>
        void log.push({ family: named.family, index: named.index, by, order, outcome });
      if (family.revoked !== undefined) {
        entry('over');
        return undefined;
      }
      if (named.index === family.rt) {
        entry('redeemed');
        if (mode !== 'neverRotates') family.rt++;
        return answer(named.family, family, now);
      }
      if (mode === 'grace' && named.index === family.rt - 1) {
        entry('grace');
        return answer(named.family, family, now);
      }
      entry('reuse');
      if (mode === 'revokes') family.revoked = 'reuse';
      return undefined;
    },
    revoke(refreshToken) {
      const family = families.get(tokenName(refreshToken)?.family ?? '');
      if (family !== undefined) family.revoked ??= 'signOut';
    },
    accepts(accessToken, now) {
      const named = tokenName(accessToken);
      const family = families.get(named?.family ?? '');
      const issued = family?.issued.get(named?.index ?? -1);
      if (
        named === undefined ||
        family === undefined ||
        issued === undefined ||
        family.revoked !== undefined
      )
        return false;
      return now < issued + lifetime * 1000 && (!killsOld || named.index === family.at);
    },
    isLive(refreshToken) {
      const named = tokenName(refreshToken);
      const family = families.get(named?.family ?? '');
      if (named === undefined || family === undefined || family.revoked !== undefined) return false;
      return named.index === family.rt || (mode === 'grace' && named.index === family.rt - 1);
    },
    revoked: (family) => families.get(family)?.revoked,
  };
}
