import type { Config } from './axios-like.ts';

/** How many bytes of a body are copied for a replay: 1 MiB. */
export const REPLAYED = 2 ** 20;

/** What a caller could change in a request between its call and its send, as it was at the call. */
export interface Inputs {
  readonly url: string | undefined;
  readonly baseURL: string | undefined;
  readonly method: string | undefined;
  readonly params: unknown;
  readonly paramsSerializer: unknown;
  readonly data: unknown;
}

/** What axios makes of params, by a serializer or an encoder of the caller's. */
export type Serialize = (params: unknown, paramsSerializer: unknown) => string;

/** A copy of the inputs that nobody else has. axios has made text of most bodies already. */
export function freezeInputs(config: Config, serialize: Serialize): Inputs {
  const { url, baseURL, method, params, data, paramsSerializer } = config;
  const custom = params && paramsSerializer;
  return {
    url: text(url),
    baseURL: text(baseURL),
    method,
    params: custom ? freeze(params) : freezeParams(params),
    paramsSerializer: custom ? serialized(serialize(params, paramsSerializer)) : paramsSerializer,
    data: freeze(data),
  };
}

// What the caller's code makes of params is made once, at the call: it may need the very objects that it knows, and anything else.
const serialized = (text: string): unknown => ({ serialize: () => text });

// axios reads the members of any object.
const freezeParams = (params: unknown): unknown =>
  typeof params === 'object' && params !== null && kindOf(params) === undefined
    ? copyOfMembers(params, undefined, asAxiosReads)
    : freeze(params, undefined, asAxiosReads);

/** What a copy has in place of a member that is copied in no other way. */
type Member = (value: object) => unknown;

const textOf = (value: unknown): string => String(value);

// axios makes text of what has a class of its own, such as a date of moment's.
const asAxiosReads: Member = (value) => {
  if (isA('Date', value)) return (value as Date).toISOString();
  return value.toString === Object.prototype.toString && !(Symbol.toPrimitive in value)
    ? value
    : textOf(value);
};

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
export function freeze(value: unknown, copies?: Map<unknown, unknown>, member?: Member): unknown {
  if (typeof value !== 'object' || value === null) return value;
  switch (kindOf(value)) {
    case 'bytes':
      return copyOfBytes(value as ArrayBuffer | ArrayBufferView);
    case 'parameters':
      return copyOfParameters(value as URLSearchParams);
    case 'form':
      return copyOfForm(value as FormData);
    case 'native form':
      return copyOfNativeForm(value as NativeForm);
    case 'date':
      return new Date(Number(value));
    case 'list':
    case 'object':
      return copyOfMembers(value, copies, member);
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
  const prototype = Object.getPrototypeOf(value) as object | null;
  // One of a class of its own may be written otherwise.
  if (isA('Date', value)) return Object.hasOwn(prototype ?? {}, 'setTime') ? 'date' : undefined;
  return prototype === null || Object.getPrototypeOf(prototype) === null ? 'object' : undefined;
}

const isA = (name: string, value: object): boolean =>
  Object.prototype.toString.call(value) === `[object ${name}]`;

// One of a class of its own may write itself otherwise, and axios goes by that.
function copyOfParameters(parameters: URLSearchParams): URLSearchParams {
  const text = String(parameters);
  return Object.assign(new URLSearchParams(parameters), { toString: () => text });
}

// Of the same class: a Buffer stays one. Only the part that a view shows.
function copyOfBytes(body: ArrayBuffer | ArrayBufferView): unknown {
  if (!ArrayBuffer.isView(body)) return body.slice(0);
  const { buffer, byteOffset, byteLength } = body;
  if (!('slice' in body)) return new DataView(buffer.slice(byteOffset, byteOffset + byteLength));
  // Not its own `slice`, which for a Buffer copies nothing.
  return Uint8Array.prototype.slice.call(body);
}

// Of the same class: polyfills know no form but their own. Not of one derived from it, whose constructor may do anything.
function copyOfForm(form: FormData): FormData {
  let own: object = form;
  while (!Object.hasOwn(own, Symbol.toStringTag)) own = Object.getPrototypeOf(own) as object;
  const copy = new (own.constructor as typeof FormData)();
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

function copyOfMembers(
  value: object,
  copies: Map<unknown, unknown> = new Map(),
  rest?: Member,
): unknown {
  const known = copies.get(value);
  if (known) return known;
  const copy: Record<string, unknown> | unknown[] = Array.isArray(value)
    ? []
    : (Object.create(Object.getPrototypeOf(value) as object | null) as Record<string, unknown>);
  copies.set(value, copy);
  // axios leaves this one out, too: it would be the copy's prototype.
  for (const [name, member] of Object.entries(value)) {
    if (name === '__proto__') continue;
    (copy as Record<string, unknown>)[name] = copyOfMember(member, name, copies, rest);
  }
  return copy;
}

// axios makes JSON of an object that has such a name, by the `toJSON` of its own.
function copyOfJson(value: object): unknown {
  const json: unknown = JSON.parse(JSON.stringify(value));
  return typeof json === 'object' ? json : { toJSON: () => json };
}

function copyOfMember(
  value: unknown,
  name: string,
  copies: Map<unknown, unknown>,
  rest: Member | undefined,
): unknown {
  if (!rest || typeof value !== 'object' || value === null) return freeze(value, copies);
  if (name.endsWith('{}')) return copyOfJson(value);
  return kindOf(value) === undefined ? rest(value) : freeze(value, copies, rest);
}

function lengthOf(entries: Iterable<[string, unknown]>): number {
  let length = 0;
  for (const [name, value] of entries)
    length += name.length + (typeof value === 'string' ? value.length : 0) + 2;
  return length;
}
