import { createHash } from 'node:crypto';
import { script, style } from '#generated/report-assets.js';
import type { TemplateSet } from '../template/template-set.js';
import type { Report } from './report.js';

/** What Content Security Policy 3 calls a hash source: exactly this text, and nothing else, may run or style. */
function hashSource(text: string): string {
  return `'sha256-${createHash('sha256').update(text).digest('base64')}'`;
}

/** Nothing is loaded, sent or framed; only the page's own style and script count. */
function contentPolicy(): string {
  const rules = [
    "default-src 'none'",
    `style-src ${hashSource(style)}`,
    `script-src ${hashSource(script)}`,
    "base-uri 'none'",
    "form-action 'none'",
  ];
  return rules.join('; ');
}

/**
 * The report as one HTML page that needs nothing else: it works from disk and loads nothing. Texts come in through the
 * templates only; what is added here is the program's own.
 */
export function htmlReport(report: Report, templates: TemplateSet): string {
  const data = {
    places: report.places,
    lives: report.calendar.classes.map(({ lives }) => lives),
    days: report.calendar.classes.map(({ today }) => today),
    moment: report.moment_minutes * 60_000,
  };
  return [
    templates.render('report/head.html.hbs', { ...report }),
    `<meta http-equiv="Content-Security-Policy" content="${contentPolicy()}">\n`,
    `<style>${style}</style>\n`,
    templates.render('report/body.html.hbs', { ...report, data }),
    `<script>${script}</script>\n</body>\n</html>\n`,
  ].join('');
}

/** The same for a wiki, in Markdown. */
export function markdownReport(report: Report, templates: TemplateSet): string {
  return templates.render('report/report.md.hbs', { ...report });
}
