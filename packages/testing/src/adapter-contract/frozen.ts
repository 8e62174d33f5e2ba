import { equal } from './check.ts';
import { startSession } from './session.ts';
import type { ContractContext } from './types.ts';

/** A body that its caller can change, and the change. */
interface Mutable {
  readonly body: BodyInit;
  change(): void;
}

const changedBytes = (bytes: Uint8Array): (() => void) => {
  return () => void bytes.fill(66);
};

/** Each kind of body that can be changed after it was handed over. `size` is how many bytes it has, roughly. */
const kinds: Record<string, (size?: number) => Mutable> = {
  URLSearchParams(size = 4) {
    const body = new URLSearchParams({ a: 'A'.repeat(size) });
    return { body, change: () => (body.set('a', 'B'), body.append('b', '1')) };
  },
  FormData(size = 4) {
    const body = new FormData();
    body.append('a', 'A'.repeat(size));
    body.append('file', new Blob(['AAAA']), 'a.bin');
    return { body, change: () => (body.set('a', 'B'), body.delete('file'), body.append('b', '1')) };
  },
  'a form of a class of its own'(size = 4) {
    class Upload extends FormData {
      constructor(of: { readonly kind: string }) {
        super();
        this.append('kind', of.kind);
      }
    }
    const body = new Upload({ kind: 'upload' });
    body.append('a', 'A'.repeat(size));
    return { body, change: () => (body.set('a', 'B'), body.append('b', '1')) };
  },
  'a typed array'(size = 4) {
    const body = new Uint8Array(size).fill(65);
    return { body, change: changedBytes(body) };
  },
  'a part of a buffer'(size = 4) {
    const all = new Uint8Array(size + 8).fill(67);
    const body = all.subarray(4, size + 4).fill(65);
    return { body, change: changedBytes(all) };
  },
  'a DataView'(size = 4) {
    const bytes = new Uint8Array(size).fill(65);
    return { body: new DataView(bytes.buffer), change: changedBytes(bytes) };
  },
  'an ArrayBuffer'(size = 4) {
    const bytes = new Uint8Array(size).fill(65);
    return { body: bytes.buffer, change: changedBytes(bytes) };
  },
};

/** More than is copied for a replay. */
const LARGE = 2 ** 20 + 1;

/** What is sent is what was there at the call: first and again. */
export function freezing({ adapter, api, it }: ContractContext): void {
  const upload = (body: BodyInit) =>
    ({ url: `${api().origin}/echo`, method: 'POST', body }) as const;
  // Each send makes its own boundary, which is no content.
  const sent = (): string[] =>
    api().requests.map(({ body }) =>
      body.replaceAll(/^--(\S+)\r\n/.exec(body)?.[1] ?? '\0', 'boundary'),
    );
  const gate = (): { readonly open: () => void; readonly opened: Promise<void> } => {
    let open = (): void => undefined;
    const opened = new Promise<void>((resolve) => (open = resolve));
    return { open: () => open(), opened };
  };
  /** What the client sends for a body that nobody changes. */
  const unchanged = async (make: () => Mutable): Promise<string> => {
    const { tokens } = startSession(api(), { start: 'good' });
    await adapter.create(tokens, { origins: [api().origin] })(upload(make().body));
    return sent()[0] ?? '';
  };

  for (const [kind, make] of Object.entries(kinds)) {
    for (const size of [4, LARGE]) {
      it(`sends what was in ${kind} of ${size} bytes at the call, though it was changed while the request waited`, async () => {
        const expected = await unchanged(() => make(size));
        const refreshing = gate();
        const session = startSession(api(), {
          start: 'expired',
          refresh: (_context, next) => refreshing.opened.then(next),
        });
        const send = adapter.create(session.tokens, { origins: [api().origin] });
        const { body, change } = make(size);
        const sending = send(upload(body));
        change();
        refreshing.open();
        equal((await sending).status, 200, 'status');
        equal(sent()[0] === expected, true, 'sent as it was at the call');
      });
    }

    it(`replays what was in ${kind} at the call, though it was changed after the first send`, async () => {
      const expected = await unchanged(() => make());
      const session = startSession(api(), { start: 'good' });
      const send = adapter.create(session.tokens, { origins: [api().origin] });
      // From here on the token is known, so that nothing waits for the first send.
      await send({ url: `${api().origin}/echo` });
      api().accept('another');
      const answer = api().hold('/echo');
      const { body, change } = make();
      const sending = send(upload(body));
      await api().arrived('/echo', 2);
      change();
      answer();
      equal((await sending).status, 200, 'status');
      equal(sent().slice(1), [expected, expected], 'bodies');
    });

    if (!adapter.textOf?.includes(kind))
      it(`gives the 401 for more than 1 MiB of ${kind}, which is not copied, and refreshes all the same`, async () => {
        const session = startSession(api(), { start: 'good' });
        const send = adapter.create(session.tokens, { origins: [api().origin] });
        await send({ url: `${api().origin}/echo` });
        api().accept('another');
        equal((await send(upload(make(LARGE).body))).status, 401, 'status');
        equal([api().requests.length, session.refreshes], [2, 1], 'requests and refreshes');
        equal((await send({ url: `${api().origin}/echo` })).status, 200, 'the next request');
      });
  }

  it('sends four bodies for four uploads in a loop over one that is changed each time', async () => {
    const session = startSession(api(), { start: 'good' });
    const send = adapter.create(session.tokens, { origins: [api().origin] });
    const body = new URLSearchParams();
    const sending: Promise<unknown>[] = [];
    for (const n of ['1', '2', '3', '4']) {
      body.set('n', n);
      sending.push(send(upload(body)));
    }
    await Promise.all(sending);
    equal(sent().toSorted(), ['n=1', 'n=2', 'n=3', 'n=4'], 'bodies');
  });

  if (adapter.replayLimit === undefined)
    it('replays a Blob of more than 1 MiB, which cannot be changed', async () => {
      const session = startSession(api());
      const send = adapter.create(session.tokens, { origins: [api().origin] });
      equal((await send(upload(new Blob(['A'.repeat(LARGE)])))).status, 200, 'status');
      equal(
        api().requests.map(({ body }) => body.length),
        [LARGE, LARGE],
        'bytes',
      );
    });
}
