import { classOf } from './headers.ts';

/** How much of a body is copied or kept for a replay, in bytes: 1 MiB. */
export const REPLAYED = 2 ** 20;

/**
 * A copy of a body that its caller could change: the parameters, form or bytes that are there now, and the text that fetch
 * would make of an object. Anything else comes back as it is: text and Blobs cannot be changed (a form's Blobs are not copied either), and streams not be copied.
 */
export function freeze<Body>(body: Body): Body;
export function freeze(body: unknown): unknown {
  const kind = kindOf(body);
  if (kind === 'bytes') return copyOfBytes(body as Bytes);
  if (kind === 'parameters') return copyOfParameters(body as URLSearchParams);
  if (kind === 'form') return copyOfForm(body as FormData);
  if (kind === 'text') return String(body);
  return kind === 'native form' ? copyOfNativeForm(body as NativeForm) : body;
}

/** How many bytes {@link freeze} copies, roughly: what a form adds around its values is left out. 0 where it copies nothing. */
export function copiedBytes(body: unknown): number {
  const kind = kindOf(body);
  if (kind === 'bytes') return (body as Bytes).byteLength;
  return kind === 'form' || kind === 'parameters'
    ? lengthOf(body as Iterable<[string, unknown]>)
    : 0;
}

type Bytes = ArrayBuffer | ArrayBufferView;
type Kind = 'bytes' | 'parameters' | 'form' | 'native form' | 'text';

// By name, so that those of another realm, of undici and of polyfills count as well.
function kindOf(body: unknown): Kind | undefined {
  if (typeof body !== 'object' || body === null) return undefined;
  if (ArrayBuffer.isView(body)) return 'bytes';
  const name = Object.prototype.toString.call(body);
  if (name === '[object ArrayBuffer]' || name === '[object SharedArrayBuffer]') return 'bytes';
  if (name === '[object URLSearchParams]') return 'parameters';
  if (name === '[object FormData]' && 'entries' in body) return 'form';
  if ('getParts' in body && '_parts' in body) return 'native form';
  return isWritten(name, body) ? 'text' : undefined;
}

// What says how it is written, and is nothing that fetch knows: a stream (of whatever kind) or a Blob.
const isWritten = (name: string, body: object): boolean =>
  (Symbol.toPrimitive in body ||
    (typeof body.toString === 'function' && body.toString !== Object.prototype.toString)) &&
  !/(Blob|File|FormData|Stream)\]$/.test(name) &&
  !('pipe' in body || 'getReader' in body || Symbol.asyncIterator in body);

// What is derived of it may write itself in a way of its own, by which Node's fetch goes.
function copyOfParameters(parameters: URLSearchParams): URLSearchParams {
  const text = String(parameters);
  return Object.assign(new URLSearchParams(parameters), { toString: () => text });
}

// Only the part that a view shows. The result shows bytes whatever the view's elements were: they are sent as bytes.
function copyOfBytes(body: Bytes): ArrayBuffer | Uint8Array {
  if (!ArrayBuffer.isView(body)) return body.slice(0);
  const { buffer, byteOffset, byteLength } = body;
  return new Uint8Array(buffer.slice(byteOffset, byteOffset + byteLength));
}

// Of the same class: undici and formdata-polyfill know no form but their own. Not of one derived from it.
function copyOfForm(form: FormData): FormData {
  const Own = classOf(form, 'FormData') as typeof FormData;
  const copy = new Own();
  for (const [name, value] of form as Iterable<[string, FormDataEntryValue]>)
    copy.append(name, value as string);
  return copy;
}

/** React Native's `FormData`: it can be iterated nowhere but here. */
interface NativeForm {
  readonly _parts: readonly (readonly unknown[])[];
}

const copyOfNativeForm = (form: NativeForm): NativeForm =>
  Object.assign(Object.create(Object.getPrototypeOf(form) as object) as NativeForm, form, {
    _parts: form._parts.map((part) => [...part]),
  });

function lengthOf(entries: Iterable<[string, unknown]>): number {
  let length = 0;
  for (const [name, value] of entries)
    length += name.length + (typeof value === 'string' ? value.length : 0) + 2;
  return length;
}
