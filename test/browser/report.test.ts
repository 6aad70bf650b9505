import { fileURLToPath } from 'node:url';
import { describe, expect, test } from '@jest/globals';
import type { Page } from 'playwright-core';
import { loadProject, report } from '../../src/index.js';
import { htmlReport } from '../../src/report/page.js';
import { buildReport } from '../../src/report/report.js';
import { builtinTemplates } from '../../src/template/engine.js';
import { intlZones } from '../../src/time/intl-zone.js';
import { planOf, policyOf } from '../support/project.js';
import { browser } from './chromium.js';

const chromium = browser();

const homelab = loadProject(fileURLToPath(new URL('../../examples/homelab/stowage.yml', import.meta.url)));
const html = report(homelab, 'html', null).result ?? '';

/** A fleet with long lists: so many services on ten hosts, every third one with its own retention. */
function fleet(count: number): string {
  const ids = Array.from({ length: count }, (_, index) => `service-${String(index).padStart(4, '0')}`);
  const hosts = Array.from({ length: 10 }, (_, host) => {
    const services = ids.filter((_id, index) => index % 10 === host).join(', ');
    return `  - { runtime: baremetal, host: host${host}, services: [${services}] }\n`;
  });
  const contracts = ids.map((id, index) => {
    const own = index % 3 === 0 ? 'backup: { retention: { keep_daily: 14 } }\n' : '';
    return `service_id: ${id}\nruntime_templates: { baremetal: a }\nmounts: { persistent_volumes: [{ name: d, path: /${id} }] }\n${own}`;
  });
  const { plan } = planOf(policyOf(`deployments:\n${hosts.join('')}`), ...contracts);
  const made = buildReport({
    ...{ plan, margins: new Map(), method: 'restic', diagnostics: [], zones: intlZones, at: null },
  });
  return htmlReport(made, builtinTemplates());
}

/** Text of what can be seen. */
async function texts(page: Page, selector: string): Promise<string[]> {
  const all = await page.locator(selector).filter({ visible: true }).allInnerTexts();
  return all.map((text) => text.replace(/\s+/g, ' ').trim());
}

const coverageServices = (page: Page) => texts(page, '#coverage tbody th[scope="rowgroup"]');

describe('the page', () => {
  test('loads from disk without a word on the console, and asks for nothing', async () => {
    const { page, trouble } = await chromium.open(html);
    expect(await page.title()).toBe('Backup report: stowage.yml');
    expect(await texts(page, '#shown')).toEqual(['10 services']);
    expect(trouble).toEqual([]);
  });

  test('runs and styles nothing that is not its own', async () => {
    const planted = html.replace(
      '</main>',
      '<img src="https://example.org/x.png"><script>document.title = "taken"</script><p id="p" style="color: red">p</p></main>',
    );
    const { page, trouble } = await chromium.open(planted);
    expect(await page.title()).toBe('Backup report: stowage.yml');
    expect(await page.evaluate(`getComputedStyle(document.getElementById('p')).color`)).not.toBe(
      'rgb(255, 0, 0)',
    );
    expect(trouble.filter((line) => line.startsWith('console:')).length).toBeGreaterThanOrEqual(3);
  });

  test('shows everything without its script', async () => {
    const { page, trouble } = await chromium.open(html, { javaScriptEnabled: false });
    expect(await page.locator('#filters').isVisible()).toBe(false);
    expect(await coverageServices(page)).toHaveLength(10);
    expect(trouble).toEqual([]);
  });

  test('says what is backed up, what is waived and why, and what nobody protects, in words', async () => {
    const { page } = await chromium.open(html);
    const rowsOf = async (name: string) => {
      const body = page.locator('#coverage tbody', {
        has: page.getByRole('rowheader', { name, exact: true }),
      });
      return (await body.locator('tr').allInnerTexts()).map((row) => row.replace(/\s+/g, ' ').trim());
    };
    expect((await rowsOf('jellyfin')).join('\n')).toContain(
      'library – media1 waived: ripped from discs that we own; 9 TB would cost more than ripping them again',
    );
    expect(await rowsOf('immich')).toEqual([
      'immich library ✓ nas1 backed up',
      'database ✓ nas1 dumped',
      'model-cache ✗ nas1 NOT BACKED UP: not listed as persistent',
    ]);
    expect(await texts(page, '.facts .bad')).toEqual(['✗ Not backed up 2']);
    expect((await texts(page, '#loss tbody tr')).at(-1)).toContain('vaultwarden docker on web1 5h');
    expect(await texts(page, '#restore .card:last-of-type li')).toContain('forgejo needs postgres');
  });
});

describe('filters', () => {
  test('by host, runtime, repository and name, together and taken back', async () => {
    const { page, trouble } = await chromium.open(html);
    await page.getByLabel('Host or namespace').selectOption({ label: 'web1' });
    expect(await coverageServices(page)).toEqual(['postgres', 'vaultwarden']);
    expect(await texts(page, '#loss tbody th')).toEqual(['postgres', 'vaultwarden']);
    expect(await texts(page, '#week .card h3')).toEqual(['main', 'offsite']);
    expect(await texts(page, '#week .lane.backup b')).toEqual(['postgres', 'vaultwarden']);
    expect(await texts(page, '#shown')).toEqual(['2 of 10 services']);
    await page.locator('#filters').getByLabel('Repository').selectOption({ label: 'offsite' });
    expect(await coverageServices(page)).toEqual(['vaultwarden']);
    expect(await texts(page, '#week .card h3')).toEqual(['offsite']);
    expect(await texts(page, '#retention .class h3')).toEqual(['24 hourly, 14 daily, 24 monthly']);
    await page.getByRole('button', { name: 'Clear' }).click();
    await page.locator('#shown', { hasText: /^10 services$/ }).waitFor();
    expect(await coverageServices(page)).toHaveLength(10);
    await page.getByLabel('Runtime').selectOption({ label: 'kubernetes' });
    expect(await coverageServices(page)).toEqual(['forgejo', 'monitoring']);
    await page.getByLabel('Runtime').selectOption({ label: 'all' });
    await page.getByLabel('Service').fill(' Paper');
    expect(await coverageServices(page)).toEqual(['paperless']);
    expect(await texts(page, '#restore h3')).toEqual(['Stage 2']);
    expect(await texts(page, '#restore li')).toEqual(['paperless needs postgres']);
    await page.getByLabel('Service').fill('no such');
    expect(await coverageServices(page)).toEqual([]);
    expect(await texts(page, '#shown')).toEqual(['0 of 10 services']);
    expect(trouble).toEqual([]);
  });

  test('a service on two hosts is found on each, and in its own rows', async () => {
    const { page } = await chromium.open(html);
    await page.getByLabel('Host or namespace').selectOption({ label: 'pi2' });
    expect(await texts(page, '#where tbody tr')).toEqual([
      expect.stringMatching(/^dns config baremetal on pi2/),
      expect.stringMatching(/^dns data baremetal on pi2/),
    ]);
  });
});

describe('the calendar', () => {
  test('goes back day by day, by keyboard, and shows what existed then', async () => {
    const { page } = await chromium.open(html);
    const first = page.locator('#retention .class').first();
    const shown = () => first.locator('tbody td.on').count();
    const days = () =>
      page.evaluate(
        `[...document.querySelector('.class').querySelectorAll('td.on')].map((cell) => cell.cellIndex)`,
      );
    expect(await first.locator('h3').innerText()).toBe('7 daily, 4 weekly');
    expect(await shown()).toBe(9);
    const before = await days();
    expect(before).toEqual([12, 19, 25, 26, 27, 28, 29, 30, 31]);
    await page.locator('#day-back').focus();
    await page.keyboard.press('ArrowLeft');
    expect(await texts(page, '#day')).toEqual(['2025-01-30 12:00']);
    expect(await days()).toEqual([12, 19, 24, 25, 26, 27, 28, 29, 30]);
    await page.keyboard.press('ArrowLeft');
    await page.keyboard.press('End');
    expect(await shown()).toBe(9);
    await page.keyboard.press('Home');
    expect(await texts(page, '#day')).toEqual(['2024-12-06 12:00']);
    expect(await first.locator('.total').innerText()).toBe('9');
    expect(await first.locator('.oldest').innerText()).toBe('2024-11-17');
  });

  test('on every day the page shows as many snapshots as it says', async () => {
    const { page } = await chromium.open(html);
    const wrong = await page.evaluate(`(() => {
      const slider = document.getElementById('day-back');
      const wrong = [];
      for (let value = 0; value <= Number(slider.max); value += 1) {
        slider.value = String(value);
        slider.dispatchEvent(new Event('input', { bubbles: true }));
        for (const card of document.querySelectorAll('.class')) {
          const counts = [...card.querySelectorAll('td.on')].map((cell) => Number(cell.textContent));
          const total = Number(card.querySelector('.total').textContent);
          if (total === 0 || counts.reduce((a, b) => a + b, 0) !== total) wrong.push([value, total]);
        }
      }
      return wrong;
    })()`);
    expect(wrong).toEqual([]);
  });
});

describe('a thousand services', () => {
  test('show a hundred rows of a list, all of them on demand and on paper, and are filtered as a whole', async () => {
    const { page, trouble } = await chromium.open(fleet(1000));
    const rows = () => page.locator('#where tbody tr').filter({ visible: true }).count();
    expect(await rows()).toBe(100);
    await page.getByLabel('Service').fill('service-099');
    expect(await rows()).toBe(10);
    expect(await texts(page, '#shown')).toEqual(['10 of 1,000 services']);
    await page.getByLabel('Service').fill('');
    await page.evaluate(`dispatchEvent(new Event('beforeprint'))`);
    expect(await rows()).toBe(1000);
    await page.evaluate(`dispatchEvent(new Event('afterprint'))`);
    expect(await rows()).toBe(100);
    const button = page.locator('#where').getByRole('button', { name: 'Show all 1,000' });
    await button.focus();
    await page.keyboard.press('Enter');
    expect(await rows()).toBe(1000);
    expect(await button.isVisible()).toBe(false);
    expect(await page.evaluate(`document.activeElement.querySelector('th').textContent`)).toBe(
      'service-0100',
    );
    expect(await page.locator('#week .lane.load').count()).toBe(10);
    expect(trouble).toEqual([]);
  });
});

describe('for everybody', () => {
  test('landmarks, headings in order, a caption and headers for every table, a name for every field', async () => {
    const { page } = await chromium.open(html);
    for (const role of ['banner', 'navigation', 'search', 'main', 'contentinfo'] as const) {
      expect([role, await page.getByRole(role).count()]).toEqual([role, 1]);
    }
    expect(await page.evaluate(`document.documentElement.lang`)).toBe('en');
    const found = await page.evaluate(`({
      levels: [...document.querySelectorAll('h1, h2, h3, h4')].map((heading) => Number(heading.tagName[1])),
      tables: [...document.querySelectorAll('table')].filter(
        (table) => table.caption === null || table.querySelectorAll('thead th[scope="col"]').length === 0,
      ).length,
      rows: [...document.querySelectorAll('tbody tr')].filter((row) => row.querySelector('th[scope]') === null).length,
      fields: [...document.querySelectorAll('input, select')].filter((field) => field.labels.length === 0).length,
      drawings: [...document.querySelectorAll('svg')].filter((svg) => !svg.getAttribute('aria-label')).length,
      broken: [...document.querySelectorAll('a[href^="#"]')].filter(
        (link) => document.getElementById(link.hash.slice(1)) === null,
      ).length,
      doubled: [...document.querySelectorAll('[id]')].length - new Set([...document.querySelectorAll('[id]')].map(({ id }) => id)).size,
    })`);
    const { levels, ...missing } = found as { levels: number[] };
    expect(levels[0]).toBe(1);
    for (const [index, level] of levels.entries())
      expect(level).toBeLessThanOrEqual((levels[index - 1] ?? 0) + 1);
    expect(missing).toEqual({ tables: 0, rows: 0, fields: 0, drawings: 0, broken: 0, doubled: 0 });
  });

  test('everything that can be used is reached by Tab, and shows that it is', async () => {
    const { page } = await chromium.open(html);
    const reached: string[] = [];
    for (let step = 0; step < 16; step += 1) {
      await page.keyboard.press('Tab');
      const [name, outline] = await page.evaluate<[string, number]>(`(() => {
        const active = document.activeElement;
        const style = getComputedStyle(active);
        return [active.id || active.textContent, style.outlineStyle === 'none' ? 0 : parseFloat(style.outlineWidth)];
      })()`);
      reached.push(name);
      expect([name, outline >= 2]).toEqual([name, true]);
    }
    expect(reached.slice(0, 3)).toEqual(['Skip to the report', 'Warnings', 'Coverage']);
    expect(reached).toEqual(
      expect.arrayContaining([
        'filter-service',
        'filter-host',
        'filter-runtime',
        'filter-repository',
        'Clear',
      ]),
    );
  });

  test.each(['light', 'dark'] as const)('every text can be read in %s', async (colorScheme) => {
    const { page } = await chromium.open(html, { colorScheme });
    // WCAG 2.2, 1.4.3: 4.5 to 1.
    const weak = await page.evaluate(`(() => {
      const parse = (text) => (text.match(/[\\d.]+/g) ?? []).map(Number);
      const luminance = (color) => {
        const [r, g, b] = color.slice(0, 3).map((part) => {
          const value = part / 255;
          return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
        });
        return 0.2126 * r + 0.7152 * g + 0.0722 * b;
      };
      const background = (element) => {
        for (let at = element; at !== null; at = at.parentElement) {
          const color = parse(getComputedStyle(at).backgroundColor);
          if (color.length === 3 || color[3] > 0) return color;
        }
        return [255, 255, 255];
      };
      const weak = [];
      for (const element of document.querySelectorAll('body *:not(script):not(svg):not(svg *):not(option)')) {
        const text = [...element.childNodes].filter((node) => node.nodeType === 3).map((node) => node.data).join('').trim();
        if (text === '' || element.checkVisibility() === false) continue;
        const [a, b] = [luminance(parse(getComputedStyle(element).color)), luminance(background(element))];
        const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
        if (ratio < 4.5) weak.push([text.slice(0, 40), element.className, ratio.toFixed(2)].join(' | '));
      }
      return [...new Set(weak)].slice(0, 10);
    })()`);
    expect(weak).toEqual([]);
    const page_ = await page.evaluate(`getComputedStyle(document.body).backgroundColor`);
    expect(page_).toBe(colorScheme === 'dark' ? 'rgb(18, 22, 27)' : 'rgb(246, 247, 249)');
  });

  test('a narrow screen scrolls tables, never the page', async () => {
    const { page } = await chromium.open(html, { viewport: { width: 390, height: 800 } });
    expect(await page.evaluate(`document.documentElement.scrollWidth <= innerWidth`)).toBe(true);
    // The newest days stand on the right of the calendar, and runtimes on the right of the matrix.
    const cut = await page.evaluate(
      `[...document.querySelectorAll('.calendar, .coverage')].filter((table) => table.offsetWidth > table.parentElement.clientWidth).length`,
    );
    expect(cut).toBe(0);
  });

  test('on paper nothing is cut off on the right, and there is nothing to press', async () => {
    const { page } = await chromium.open(html, { viewport: { width: 700, height: 1000 } });
    await page.emulateMedia({ media: 'print' });
    expect(await page.evaluate(`document.documentElement.scrollWidth <= innerWidth`)).toBe(true);
    for (const hidden of ['nav', '#filters', '#days', 'summary', 'button']) {
      expect([hidden, await page.locator(hidden).filter({ visible: true }).count()]).toEqual([hidden, 0]);
    }
    // What is folded on a screen is there.
    expect(await texts(page, '#retention .names')).toContain('dns, home-assistant');
  });
});
