import { existsSync } from 'node:fs';
import path from 'node:path';
import { chromium } from 'playwright-core';

/** Chromium as it is installed, or the one that `CHROMIUM` names. */
const program = [
  process.env['CHROMIUM'],
  ...(process.env['PATH'] ?? '')
    .split(path.delimiter)
    .flatMap((folder) => ['chromium', 'chromium-browser'].map((name) => path.join(folder, name))),
].find((file) => file && existsSync(file));

/** A real browser, with somebody in front of it who presses the button of each login page. */
export interface Person {
  /** Pages that were opened. */
  readonly opened: number;
  signIn(page: string): Promise<void>;
  leave(): Promise<void>;
}

/** `undefined`: there is no Chromium on this machine. */
export async function startPerson(): Promise<Person | undefined> {
  if (program === undefined) return undefined;
  const browser = await chromium.launch({
    executablePath: program,
    args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run'],
  });
  const context = await browser.newContext();
  let opened = 0;
  return {
    get opened() {
      return opened;
    },
    async signIn(url) {
      opened++;
      const page = await context.newPage();
      await page.goto(url);
      await page.getByRole('button', { name: 'Sign in as Ada' }).click();
      await page.getByText('You can close this page').waitFor();
      await page.close();
    },
    leave: () => browser.close(),
  };
}
