import type { Config } from './axios-like.ts';

/** How many bytes of a body are copied for a replay: 1 MiB. */
export const REPLAYED = 2 ** 20;

/** What a caller could change in a request between its call and its send, as it was at the call. */
export interface Inputs {
  readonly url: string | undefined;
  readonly baseURL: string | undefined;
  readonly method: string | undefined;
  readonly params: unknown;
  readonly data: unknown;
}

/** A copy of the inputs that nobody else has. axios has made text of most bodies already. */
export function freezeInputs(config: Config): Inputs {
  const { url, baseURL, method, params, data, paramsSerializer } = config;
  const frozen = freeze(params);
  // axios reads the members of any object. A serializer of the caller's may need the very one that it knows.
  const isForeign = typeof params === 'object' && params !== null && frozen === params;
  return {
    url: text(url),
    baseURL: text(baseURL),
    method,
    params: isForeign && !paramsSerializer ? copyOfMembers(params, new Map()) : frozen,
    data: freeze(data),
  };
}

/** The text of URL objects, for a first send that does not wait. `undefined` where there are none. */
export function readInputs({ url, baseURL }: Config): Pick<Inputs, 'url' | 'baseURL'> | undefined {
  return typeof url === 'object' || typeof baseURL === 'object'
    ? { url: text(url), baseURL: text(baseURL) }
    : undefined;
}

// Of a URL object that the caller can change.
const text = (url: string | URL | undefined): string | undefined =>
  url === undefined || url === null ? undefined : String(url);

/**
 * A copy of what a caller could change: parameters, a form, bytes, lists, plain objects and dates in them. Anything else
 * comes back as it is: text and Blobs cannot be changed (those in a form are not copied either), and streams not be copied.
 */
export function freeze(value: unknown, copies: Map<unknown, unknown> = new Map()): unknown {
  if (typeof value !== 'object' || value === null) return value;
  switch (kindOf(value)) {
    case 'bytes':
      return copyOfBytes(value as ArrayBuffer | ArrayBufferView);
    case 'parameters':
      return new URLSearchParams(value as URLSearchParams);
    case 'form':
      return copyOfForm(value as FormData);
    case 'native form':
      return copyOfNativeForm(value as NativeForm);
    case 'date':
      return new Date(Number(value));
    case 'list':
    case 'object':
      return copyOfMembers(value, copies);
    case undefined:
      return value;
  }
}

/** How many bytes {@link freeze} copies of a body, roughly. 0 where it copies none. */
export function copiedBytes(body: unknown): number {
  if (typeof body !== 'object' || body === null) return 0;
  const kind = kindOf(body);
  if (kind === 'bytes') return (body as ArrayBuffer | ArrayBufferView).byteLength;
  return kind === 'parameters' || kind === 'form'
    ? lengthOf(body as Iterable<[string, unknown]>)
    : 0;
}

type Kind = 'bytes' | 'parameters' | 'form' | 'native form' | 'date' | 'list' | 'object';

const KINDS: Readonly<Record<string, Kind>> = {
  '[object ArrayBuffer]': 'bytes',
  '[object SharedArrayBuffer]': 'bytes',
  '[object URLSearchParams]': 'parameters',
  '[object Date]': 'date',
  '[object Array]': 'list',
};

// By name, so that those of another realm and of polyfills count as well.
function kindOf(value: object): Kind | undefined {
  if (ArrayBuffer.isView(value)) return 'bytes';
  const name = Object.prototype.toString.call(value);
  if (Object.hasOwn(KINDS, name)) return KINDS[name];
  // Neither the form of `form-data`, which is a stream.
  if (name === '[object FormData]')
    return 'entries' in value && !('pipe' in value) ? 'form' : undefined;
  if ('getParts' in value && '_parts' in value) return 'native form';
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || Object.getPrototypeOf(prototype) === null ? 'object' : undefined;
}

// Of the same class: a Buffer stays one. Only the part that a view shows.
function copyOfBytes(body: ArrayBuffer | ArrayBufferView): unknown {
  if (!ArrayBuffer.isView(body)) return body.slice(0);
  const { buffer, byteOffset, byteLength } = body;
  if (!('slice' in body)) return new DataView(buffer.slice(byteOffset, byteOffset + byteLength));
  // Not its own `slice`, which for a Buffer copies nothing.
  return Uint8Array.prototype.slice.call(body);
}

// Of the same class: polyfills know no form but their own.
function copyOfForm(form: FormData): FormData {
  const copy = new (form.constructor as typeof FormData)();
  for (const [name, value] of form as unknown as Iterable<[string, string]>)
    copy.append(name, value);
  return copy;
}

/** React Native's `FormData`: it cannot be iterated otherwise. */
interface NativeForm {
  readonly _parts: readonly (readonly unknown[])[];
}

const copyOfNativeForm = (form: NativeForm): NativeForm =>
  Object.assign(Object.create(Object.getPrototypeOf(form) as object) as NativeForm, form, {
    _parts: form._parts.map((part) => [...part]),
  });

function copyOfMembers(value: object, copies: Map<unknown, unknown>): unknown {
  const known = copies.get(value);
  if (known) return known;
  const copy: Record<string, unknown> | unknown[] = Array.isArray(value)
    ? []
    : (Object.create(Object.getPrototypeOf(value) as object | null) as Record<string, unknown>);
  copies.set(value, copy);
  // axios leaves this one out, too: it would be the copy's prototype.
  for (const [name, member] of Object.entries(value))
    if (name !== '__proto__') (copy as Record<string, unknown>)[name] = freeze(member, copies);
  return copy;
}

function lengthOf(entries: Iterable<[string, unknown]>): number {
  let length = 0;
  for (const [name, value] of entries)
    length += name.length + (typeof value === 'string' ? value.length : 0) + 2;
  return length;
}
