// As much of Cloudflare's own declarations as the pages use: those are a second set of global types, in which the browser's get lost.
declare module 'cloudflare:workers' {
  export class DurableObject {
    readonly ctx: {
      readonly storage: {
        get<T>(key: string): Promise<T | undefined>;
        put(key: string, value: string): Promise<void>;
      };
    };
  }
}

interface DurableObjectNamespace<Stub> {
  idFromName(name: string): { readonly name?: string };
  get(id: { readonly name?: string }): Stub;
}
