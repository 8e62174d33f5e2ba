import { auth, session } from './session.ts';

export async function signIn({ email, password }: { email: string; password: string }) {
  // from docs/start/cookies.md#the-tokens-are-in-httponly-cookies:2
}
