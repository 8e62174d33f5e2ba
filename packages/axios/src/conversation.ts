import { explain, isReplayable, type Signature, type Verdict } from 'unexpired/adapter';
import { hideRequest, RawAnswer, release } from './answer.ts';
import type { Answer, Config } from './axios-like.ts';
import type { Budget } from './budget.ts';
import { timeoutMessage } from './client-errors.ts';
import { type Dispatch, type Members, replaceMembers, restoreMembers } from './dispatch.ts';
import { copiedBytes, freezeInputs, type Inputs, readInputs, REPLAYED } from './frozen.ts';
import { ownName, resetHeaders, setHeaders } from './headers.ts';
import { withRequest } from './own-error.ts';
import { refusedRedirects } from './redirects.ts';
import { guardRedirect } from './target.ts';

/** Where a request goes, and what of it is ours. */
export interface Route {
  readonly url: string;
  /** The header that carries the token, in lower case. */
  readonly header: string;
  readonly budget: Budget | undefined;
  /** The caller's `auth`, where the token takes its place. */
  readonly auth: unknown;
}

/** Sends a signed request, and once more where its token was refused. `inputs`: what was there at the call, where it had to wait. */
export const converse = (
  config: Config,
  adapter: unknown,
  dispatch: Dispatch,
  route: Route,
  signature: Signature,
  inputs?: Inputs,
): Promise<Answer> => new Conversation(config, adapter, dispatch, route, inputs).begin(signature);

/**
 * A class with few promises: one is made for each request, and nothing but {@link begin} runs for one whose token is good.
 */
class Conversation {
  private readonly config: Config;
  private readonly adapter: unknown;
  private readonly dispatch: Dispatch;
  private readonly route: Route;
  private readonly inputs: Inputs | undefined;
  private readonly replayable: boolean;
  private readonly again: Inputs | undefined;
  private readonly kept: Config['headers'] | undefined;
  private readonly members: Record<string, unknown>;

  constructor(
    config: Config,
    adapter: unknown,
    dispatch: Dispatch,
    route: Route,
    inputs: Inputs | undefined,
  ) {
    const { data } = config;
    this.config = config;
    this.adapter = adapter;
    this.dispatch = dispatch;
    this.route = route;
    this.inputs = inputs;
    // Decided before the first send: what is a stream by then is one that can be read once. A factory makes another one.
    this.replayable =
      typeof data === 'string' ||
      typeof data === 'function' ||
      (isReplayable(data) && copiedBytes(data) <= REPLAYED);
    this.again = inputs ?? (this.replayable ? freezeInputs(config) : undefined);
    // axios writes the length of a body that is no text into them.
    this.kept =
      this.replayable && data && typeof data !== 'string' ? { ...config.headers } : undefined;
    this.members = { beforeRedirect: guardRedirect(route.url, config.beforeRedirect) };
    if (route.header !== 'authorization')
      Object.assign(this.members, refusedRedirects(config, adapter));
    if (route.auth) this.members['auth'] = undefined;
  }

  async begin(signature: Signature): Promise<Answer> {
    const { config, dispatch, inputs } = this;
    const first = inputs ?? readInputs(config);
    // Where nothing waited, all of the timeout is left.
    const own = replaceMembers(
      config,
      first ? { ...first, ...this.members, ...(inputs && this.timeLeft()) } : this.members,
    );
    const replaced = this.sign(signature.headers);
    let answer: Answer;
    let refusal: Error | undefined;
    try {
      answer = await dispatch.send(this.adapter, config, signature.headers);
      dispatch.forget(answer, config, signature.headers);
    } catch (error) {
      dispatch.forget(error, config, signature.headers);
      refusal = error as Error;
      answer = (error as { response: Answer }).response;
    }
    restoreMembers(config, own);
    Object.assign(config.headers, replaced);
    if (refusal) {
      hideRequest(refusal);
      if (!answer) throw refusal;
    }
    const judging = signature.judge(new RawAnswer(answer), this.replayable);
    if (judging) return this.repair(judging, answer, refusal);
    if (refusal) throw refusal;
    return answer;
  }

  private async repair(
    judging: Promise<Verdict>,
    answer: Answer,
    refusal: Error | undefined,
  ): Promise<Answer> {
    const { budget } = this.route;
    let verdict: Verdict;
    try {
      verdict = await (budget ? budget.within(judging) : judging);
    } catch (error) {
      // The caller gets an error instead of this answer.
      release(answer);
      throw withRequest(error, this.config, answer.request);
    }
    if (verdict.cause) explain(refusal ?? answer, verdict.cause);
    if (verdict.replay) {
      release(answer);
      return this.replay(verdict, verdict.replay);
    }
    if (refusal) throw refusal;
    return answer;
  }

  private async replay(verdict: Verdict, headers: Signature['headers']): Promise<Answer> {
    const { config, dispatch, kept, again } = this;
    const members: Record<string, unknown> = { ...again, ...this.members, ...this.timeLeft() };
    // An upload is reported once. Without any listener the fetch adapter would send it another way.
    if (config.onUploadProgress) members['onUploadProgress'] = () => undefined;
    const own = replaceMembers(config, members);
    if (kept) resetHeaders(config.headers, kept);
    const replaced = this.sign(headers);
    let found: unknown;
    try {
      const answer = await dispatch.send(this.adapter, config, headers);
      found = answer;
      verdict.replayed?.(answer.status);
      return answer;
    } catch (error) {
      found = error;
      hideRequest(error as Error);
      verdict.replayed?.((error as { response?: Answer }).response?.status);
      throw error;
    } finally {
      dispatch.forget(found, config, headers);
      restoreMembers(config, own);
      Object.assign(config.headers, replaced);
    }
  }

  // On the config itself, which costs least, and off again: configs end up in errors, and those in logs.
  private sign(map: Signature['headers']): object {
    const { headers } = this.config;
    const { header } = this.route;
    return setHeaders(headers, map, header, ownName(headers, header));
  }

  private timeLeft(): Members | undefined {
    const timeout = this.route.budget?.left();
    return timeout ? { timeout, timeoutErrorMessage: timeoutMessage(this.config) } : undefined;
  }
}
