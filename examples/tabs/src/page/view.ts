import type { TokenEvent, TokenManager } from 'unexpired';
import type { Seen } from '../seen.ts';

/** What the page shows. */
export interface View {
  status(status: TokenManager['status']): void;
  token(fingerprint: string | undefined, expiresAt: number | undefined): void;
  note(sentence: string): void;
  sent(answered: number, failed: number): void;
  server(seen: Seen): void;
  online(): void;
  offline(): void;
  /** Runs `action` on a click; what goes wrong is noted. */
  on(id: string, action: () => Promise<unknown>): void;
}

const LINES = 40;
const STATUS = {
  unknown: 'Looking …',
  signedOut: 'Signed out',
  signedIn: 'Signed in',
  ended: 'The server ended the session',
};

/** An event in words; `undefined`: not worth a line. */
export function tell(event: TokenEvent): string | undefined {
  switch (event.type) {
    case 'ready':
      return event.status === 'signedIn' ? 'Found the session of the other tabs' : undefined;
    case 'signedIn':
      return event.by === 'self' ? 'Signed in here' : 'Another tab signed in';
    case 'signedOut':
      return event.by === 'self' ? 'Signed out here' : 'Another tab signed out';
    case 'refreshed':
      return event.by === 'self'
        ? 'Refreshed: this tab has asked the server'
        : 'Another tab refreshed: took its token over';
    case 'rejected':
      return 'The API refused the token';
    case 'refreshEnded':
      return event.outcome === 'failed' ? event.error.message : undefined;
    case 'sessionEnded':
    case 'warning':
      return event.error?.message ?? event.type;
    case 'refreshStarted':
    case 'replayed':
    case 'notReplayed':
    case 'unsigned':
      return undefined;
  }
}

export function createView(tab: string): View {
  const totals = { answered: 0, failed: 0 };
  let expiry: { readonly at: number; readonly lifetime: number } | undefined;

  const show = (id: string, text: string | number): void => {
    find(id).textContent = String(text);
  };
  const countDown = (): void => {
    const left = expiry === undefined ? 0 : Math.max(0, expiry.at - Date.now());
    show('left', expiry === undefined ? '–' : `${(left / 1000).toFixed(1)} s left`);
    find('bar').style.setProperty(
      '--left',
      String(expiry === undefined ? 0 : left / expiry.lifetime),
    );
    requestAnimationFrame(countDown);
  };

  show('tab', tab);
  find('tab').style.setProperty('--hue', hueOf(tab));
  countDown();

  const view: View = {
    status(status) {
      show('status', STATUS[status]);
      document.title = `Tab ${tab} · ${STATUS[status]}`;
      document.body.dataset['status'] = status;
      if (status !== 'signedIn') view.token(undefined, undefined);
    },
    token(fingerprint, expiresAt) {
      expiry =
        expiresAt === undefined
          ? undefined
          : { at: expiresAt, lifetime: Math.max(1, expiresAt - Date.now(), expiry?.lifetime ?? 0) };
      show('token', fingerprint ?? 'none');
      find('token').style.setProperty('--hue', hueOf(fingerprint ?? ''));
      find('token').toggleAttribute('data-none', fingerprint === undefined);
    },
    note(sentence) {
      const line = document.createElement('li');
      const time = document.createElement('time');
      time.textContent = new Date().toLocaleTimeString([], { hour12: false });
      line.append(time, sentence);
      find('notes').prepend(line);
      while (find('notes').childElementCount > LINES) find('notes').lastElementChild?.remove();
    },
    sent(answered, failed) {
      totals.answered += answered;
      totals.failed += failed;
      show('answered', totals.answered);
      show('failed', totals.failed);
    },
    server({ refreshes, counts, tabs }) {
      show('refreshes', counts.refreshes);
      show('reused', counts.reused);
      show('requests', counts.requests);
      find('reused').toggleAttribute('data-bad', counts.reused > 0);
      show('open-tabs', tabs.length);
      find('tabs').replaceChildren(
        ...tabs.map((one) => chip(one, one === tab ? 'this tab' : `tab ${one}`)),
      );
      find('strip').replaceChildren(
        ...refreshes.map(({ tab: one, ok }) =>
          chip(one, ok ? `refreshed by tab ${one}` : `refused, tab ${one}`, !ok),
        ),
      );
    },
    online: () => document.body.removeAttribute('data-offline'),
    offline: () => document.body.setAttribute('data-offline', ''),
    on(id, action) {
      find(id).addEventListener('click', () => {
        action().catch((error: unknown) =>
          view.note(error instanceof Error ? error.message : String(error)),
        );
      });
    },
  };
  return view;
}

function chip(tab: string, title: string, bad = false): HTMLElement {
  const item = document.createElement('li');
  item.className = 'chip';
  item.textContent = tab;
  item.title = title;
  item.style.setProperty('--hue', hueOf(tab));
  item.toggleAttribute('data-bad', bad);
  return item;
}

/** A colour that tells one text from another. */
const hueOf = (text: string): string => {
  const sum = [...text].reduce(
    (total, letter) => (total * 31 + (letter.codePointAt(0) ?? 0)) % 9973,
    7,
  );
  return String((sum * 137) % 360);
};

function find(id: string): HTMLElement {
  const element = document.getElementById(id);
  if (element === null) throw new Error(`The page has no #${id}`);
  return element;
}
