import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import type { Browser, Page } from 'playwright-core';
import {
  mayRunChromium,
  startChromium,
  WITHOUT_CHROMIUM,
} from '../../../../test/support/chromium.ts';
import { prepareProgram, type Program, type Started } from '../support/program.ts';

jest.setTimeout(60_000); // it starts processes, which takes its time on a busy machine

const title = mayRunChromium ? 'Chromium' : `Chromium, ${WITHOUT_CHROMIUM}`;

(mayRunChromium ? describe : describe.skip)(`the status page in ${title}`, () => {
  let browser: Browser;
  let program: Program;
  let running: Started;
  beforeAll(async () => {
    browser = await startChromium();
    program = await prepareProgram();
    running = await program.start();
    await running.deposit('acme:42', 0.001);
    await running.call('GET', '/v1/sessions/acme:42/token');
    await running.call('PUT', '/v1/sessions/acme:43', {
      provider: 'crm',
      token_response: {
        ...{ access_token: 'canary-access', refresh_token: 'canary-refresh', expires_in: 0.001 },
      },
    });
    await running.call('GET', '/v1/sessions/acme:43/token'); // the provider knows no such token
  });
  afterAll(async () => {
    await browser.close();
    await program.stop();
  });

  const visit = async (
    options: { colorScheme?: 'light' | 'dark'; width?: number } = {},
    password = running.key,
  ): Promise<{ page: Page; complaints: string[]; status: number | undefined }> => {
    const context = await browser.newContext({
      colorScheme: options.colorScheme ?? 'light',
      viewport: { width: options.width ?? 1280, height: 900 },
      httpCredentials: { username: 'operator', password },
    });
    const page = await context.newPage();
    const complaints: string[] = [];
    page.on('console', (message) => complaints.push(message.text()));
    page.on('pageerror', (error) => complaints.push(error.message));
    const answer = await page.goto(running.operator);
    return { page, complaints, status: answer?.status() };
  };

  it('shows what happened, with no session key and no token, and the policy forbids nothing of it', async () => {
    const { page, complaints } = await visit();
    const text = await page.locator('body').innerText();
    expect(await page.title()).toBe('Unexpired broker: ready');
    const rows = await page.getByRole('row', { name: /^crm/ }).allInnerTexts();
    expect(rows).toEqual([
      expect.stringMatching(/crm\s+Fine\s+0\s+1\s+0\s+1\s+ERR_SESSION_ENDED/),
      expect.stringMatching(/crm\s+1\s+1\s+0\s+0\s+none is\s+in \d+ min/), // sessions by state
    ]);
    expect(text).toMatch(/[0-9a-f]{8} \(this one\)/);
    expect(text).toMatch(/[0-9a-f]{16}\s+crm\s+ERR_SESSION_ENDED/);
    for (const secret of ['acme:', 'canary', running.key, 'unx_'])
      expect(text).not.toContain(secret);
    expect(complaints).toEqual([]);
  });

  it('is light or dark as the reader has it, each with contrast enough', async () => {
    const papers: string[] = [];
    for (const colorScheme of ['light', 'dark'] as const) {
      const { page } = await visit({ colorScheme });
      const ratios = await page.evaluate(contrasts);
      expect(ratios.length).toBeGreaterThan(10);
      expect(Math.min(...ratios)).toBeGreaterThanOrEqual(4.5); // WCAG 2.2, 1.4.3
      papers.push(await page.evaluate(() => getComputedStyle(document.body).backgroundColor));
    }
    expect(papers[0]).not.toBe(papers[1]);
  });

  it('needs no scrolling to the side in a narrow window, but for its tables', async () => {
    const { page } = await visit({ width: 320 });
    const [wide, window] = await page.evaluate(() => [
      document.documentElement.scrollWidth,
      document.documentElement.clientWidth,
    ]);
    expect(wide).toBe(window);
  });

  it('runs no script that got into it, and no other page shows it in a frame', async () => {
    const { page, complaints } = await visit();
    const ran = await page.evaluate(() => {
      const script = document.createElement('script');
      script.textContent = 'document.title = "ran"';
      document.body.append(script);
      return document.title;
    });
    expect(ran).toBe('Unexpired broker: ready');
    expect(complaints.join('\n')).toContain('Content Security Policy');
    const answer = await fetch(running.operator, {
      headers: { authorization: `Basic ${btoa(`operator:${running.key}`)}` },
    });
    expect(answer.headers.get('content-security-policy')).toContain("frame-ancestors 'none'");
    expect(answer.headers.get('x-frame-options')).toBe('DENY');
  });

  it('is shown to nobody with another password', async () => {
    const { page, status } = await visit({}, 'guess');
    expect(status).toBe(401);
    expect(await page.locator('body').innerText()).not.toContain('crm');
  });
});

/** In the page: the contrast of each text with what is behind it (WCAG 2.2, relative luminance). */
function contrasts(): number[] {
  const channels = (color: string): number[] => (color.match(/[\d.]+/g) ?? []).map(Number);
  const luminance = (color: string): number => {
    const [red = 0, green = 0, blue = 0] = channels(color).map((value) => {
      const part = value / 255;
      return part <= 0.040_45 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  };
  const behind = (element: Element | null): string => {
    if (element === null) return 'rgb(255, 255, 255)';
    const color = getComputedStyle(element).backgroundColor;
    return channels(color)[3] === 0 ? behind(element.parentElement) : color;
  };
  return [...document.querySelectorAll('body *')]
    .filter((element) =>
      [...element.childNodes].some((node) => node.nodeType === 3 && node.nodeValue?.trim()),
    )
    .map((element) => {
      const [one, other] = [luminance(getComputedStyle(element).color), luminance(behind(element))];
      return (Math.max(one, other) + 0.05) / (Math.min(one, other) + 0.05);
    });
}
