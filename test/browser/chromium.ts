import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll } from '@jest/globals';
import { chromium, type Browser, type BrowserContextOptions, type Page } from 'playwright-core';

const FLAGS = [
  ...['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run'],
  ...['--disable-background-networking', '--disable-component-update', '--disable-sync'],
];

/** A page from disk, and what it did that it should not have. */
export interface Opened {
  readonly page: Page;
  /** Messages on the console, errors that nobody caught, requests for anything but the file. */
  readonly trouble: readonly string[];
}

/** Chromium for the tests of one file. */
export function browser(): {
  open(html: string, options?: BrowserContextOptions): Promise<Opened>;
} {
  let running: Browser | undefined;
  const folder = mkdtempSync(join(tmpdir(), 'stowage-browser-'));
  let files = 0;
  beforeAll(async () => {
    const executablePath = process.env.CHROMIUM ?? '/usr/bin/chromium';
    running = await chromium.launch({ executablePath, args: FLAGS });
  });
  afterAll(async () => {
    await running?.close();
    rmSync(folder, { recursive: true });
  });
  return {
    async open(html, options = {}) {
      if (running === undefined) throw new Error('Chromium does not run');
      files += 1;
      const file = join(folder, `${files}.html`);
      writeFileSync(file, html);
      const address = pathToFileURL(file).href;
      const context = await running.newContext({ viewport: { width: 1440, height: 900 }, ...options });
      const page = await context.newPage();
      const trouble: string[] = [];
      page.on('console', (message) => trouble.push(`console: ${message.text()}`));
      page.on('pageerror', (error) => trouble.push(`error: ${error.message}`));
      page.on('request', (request) => {
        if (request.url() !== address) trouble.push(`request: ${request.url()}`);
      });
      await page.goto(address);
      return { page, trouble };
    },
  };
}
