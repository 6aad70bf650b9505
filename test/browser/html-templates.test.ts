import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { compileTemplate } from '../../src/template/compile-template.js';
import { renderProgram } from '../../src/template/render.js';
import { TemplateError } from '../../src/template/template-error.js';
import { hostileText } from '../support/hostile-text.js';
import { filler } from '../support/template.js';
import { browser } from './chromium.js';

const chromium = browser();

/** Strings that mean something to readers of HTML, besides those that mean something elsewhere. */
const htmlText: fc.Arbitrary<string> = fc.oneof(
  hostileText,
  fc
    .array(
      fc.constantFrom(
        ...[
          '<script>',
          '</script>',
          '</p>',
          '</textarea>',
          '<!--',
          '-->',
          '--!>',
          '<img src=x onerror=alert(1)>',
        ],
        ...[
          '"',
          "'",
          '`',
          '>',
          '<',
          '&',
          '&lt',
          '&#x3c;',
          ';',
          '=',
          '/',
          ' ',
          '\n',
          '\r\n',
          '\f',
          '<![CDATA[',
          ']]>',
        ],
        ...[
          'onload=alert(1)',
          'javascript:',
          '</title>',
          '<svg>',
          '</svg>',
          'a',
          'é',
          '😀',
          '\u2028',
          '\ufeff',
        ],
      ),
      { maxLength: 8 },
    )
    .map((pieces) => pieces.join('')),
);

const samples = (count: number): string[] => fc.sample(htmlText, { numRuns: count, seed: 20 });

test('texts, attributes and data come back from Chromium as they were', async () => {
  const fill = filler(
    't.html.hbs',
    `<p title="{{x}}" data-v='{{x}}'>{{x}}</p><script type="application/json">{{json x}}</script><!-- {{comment x}} -->\n`,
  );
  const known = samples(3000).flatMap((x) => {
    const html = fill({ x });
    return html === null ? [] : [{ x, html }];
  });
  expect(known.length).toBeGreaterThan(1500);
  const html = known.map((entry) => entry.html).join('');
  const { page, trouble } = await chromium.open(`<!doctype html><meta charset="utf-8"><main>${html}</main>`);
  const read = await page.evaluate(`
    [...document.querySelectorAll('main > p')].map((p) => [
      p.textContent, p.title, p.dataset.v, JSON.parse(p.nextElementSibling.textContent),
    ])`);
  expect(read).toEqual(known.map(({ x }) => [x, x, x, x]));
  const found = await page.evaluate(`
    [document.querySelectorAll('main *').length, document.querySelector('main').nextSibling]`);
  expect(found).toEqual([known.length * 2, null]);
  expect(trouble).toEqual([]);
});

/** Pieces of pages, most of them unfit to stand next to each other. */
const PIECES = [
  ...['{{x}}', '{{x}}', '{{x}}', '{{json x}}', '{{comment x}}', '"{{x}}"', "'{{x}}'", 'title="{{x}}"'],
  ...[
    '<p',
    '<p>',
    '</p>',
    '<b title=',
    '<b title="',
    "<b class='",
    '>',
    '/>',
    '"',
    "'",
    '=',
    ' ',
    '\n',
    '/',
    '<',
    '&',
  ],
  ...['<!--', '-->', '--', '-', '!', '<!doctype html>', '<?', '<!', '<![CDATA[', ']]>'],
  ...[
    '<script>',
    '<script type="application/json">',
    '</script>',
    '</scripts>',
    '<style>',
    '</style>',
    '</style',
  ],
  ...[
    '<title>',
    '</title>',
    '<textarea>',
    '</textarea>',
    '<svg>',
    '</svg>',
    '<iframe>',
    '</iframe>',
    '<noscript>',
  ],
  ...[
    '<a href="',
    '<a href=',
    'onclick="',
    'style="',
    'data-a="',
    '<select><option>',
    '<table><tr>',
    '<template>',
    'a',
  ],
];

test('in every template that is accepted, no value makes, ends or changes anything but text', async () => {
  const templates = fc.sample(
    fc
      .array(fc.constantFrom(...PIECES), { minLength: 2, maxLength: 9 })
      .map((pieces) => `<body>a${pieces.join('')}`),
    { numRuns: 30_000, seed: 7 },
  );
  // A reader of HTML treats white space alone in ways of its own, but nobody can do anything with it.
  const values = samples(600).filter((x) => /\S/.test(x));
  const pairs = templates
    .filter((text) => text.includes('{{'))
    .flatMap((text, index) => {
      const { program, problems } = compileTemplate('t.html.hbs', 'html', text);
      if (problems.length > 0) return [];
      try {
        const render = (x: string) => renderProgram({ 't.html.hbs': program }, 't.html.hbs', { x });
        return [[text, render('v'), render(values[index % values.length] ?? '')]];
      } catch (error) {
        if (error instanceof TemplateError) return [];
        throw error;
      }
    });
  expect(pairs.length).toBeGreaterThan(1000);
  const { page, trouble } = await chromium.open('<!doctype html><title>t</title>');
  // A page's elements with the names of their attributes, its comments, and the text of what is not for people.
  const differing = await page.evaluate(`((pairs) => {
    const skeleton = (html) => {
      const seen = [];
      const visit = (node) => {
        if (node.nodeType === 8) seen.push('comment');
        if (node.nodeType === 1) {
          seen.push(node.nodeName, node.getAttributeNames().join());
          const raw = /^(?:script|style|iframe|xmp|noembed|noframes)$/i.test(node.nodeName);
          if (raw && node.type !== 'application/json') seen.push(node.textContent);
        }
        for (const child of (node.content ?? node).childNodes) visit(child);
        if (node.nodeType === 1) seen.push('end');
      };
      visit(new DOMParser().parseFromString(html, 'text/html'));
      return seen.join(' ');
    };
    return pairs.filter(([, benign, hostile]) => skeleton(benign) !== skeleton(hostile)).slice(0, 5);
  })(${JSON.stringify(pairs).replaceAll('\u2028', '\\u2028')})`);
  expect(differing).toEqual([]);
  expect(trouble).toEqual([]);
});
