import { describe, expect, test } from '@jest/globals';
import { compileTemplate } from '../../../src/template/compile-template.js';
import { filler } from '../../support/template.js';

/** What a page becomes when `x` is filled in. */
const filled = (text: string, x: unknown): string | null =>
  filler('t.html.hbs', text)({ x, yes: true, l: [1, 2] });

function refusals(text: string): string[] {
  return compileTemplate('t.html.hbs', 'html', text).problems.map(
    ({ start, code, message }) => `${start.join(':')} ${code} ${message}`,
  );
}

const HOSTILE = `</p><b a="1" b='2'>&amp;`;
const QUOTED = '&lt;/p&gt;&lt;b a=&quot;1&quot; b=&#39;2&#39;&gt;&amp;amp;';

describe('places that take a value', () => {
  test.each([
    ['<p>{{x}}</p>', `<p>${QUOTED}</p>`],
    ['a < b {{x}} > c', `a < b ${QUOTED} > c`],
    ['<title>a {{x}}</title>', `<title>a ${QUOTED}</title>`],
    ['<i data-name="{{x}}" class=\'a {{x}}\'>', `<i data-name="${QUOTED}" class='a ${QUOTED}'>`],
    ['<TD HEADERS="{{x}}">', `<TD HEADERS="${QUOTED}">`],
    ['<!doctype html>{{x}}', `<!doctype html>${QUOTED}`],
    ['<!---->{{x}}<!-->{{x}}', `<!---->${QUOTED}<!-->${QUOTED}`],
    ['<style>a > b{}</style>{{x}}', `<style>a > b{}</style>${QUOTED}`],
    ['<style></styles></style >{{x}}', `<style></styles></style >${QUOTED}`],
    ['<i a=b>{{x}}<i a=>{{x}}<i a/>{{x}}', `<i a=b>${QUOTED}<i a=>${QUOTED}<i a/>${QUOTED}`],
    ['<i title="<script>">{{x}}', `<i title="<script>">${QUOTED}`],
  ])('%s', (text, expected) => {
    expect(filled(text, HOSTILE)).toBe(expected);
  });

  test('a data block holds any JSON, without an angle bracket', () => {
    const text = '<script type="application/json">\n{{json x}}\n</script>{{x.a}}';
    const x = { a: '</script><!--<script>\u2028&', b: [1, null, true] };
    const page = filled(text, x) ?? '';
    const [, json = ''] = /^<script type="application\/json">([^<>&\u2028]*)<\/script>/.exec(page) ?? [];
    expect(JSON.parse(json)).toEqual(x);
  });

  test('a comment stays one', () => {
    expect(filled('<!-- {{comment x}} -->', '--!> --> <b> "')).toBe(
      '<!--  - -!&gt; - -&gt; &lt;b&gt; &quot; -->',
    );
    expect(filled('<!--{{comment x}}-->', '>')).toBe('<!-- &gt;-->');
  });

  test('line breaks and forms feeds come back, other controls are refused', () => {
    expect(filled('<p>{{x}}', 'a\r\nb\f\tc')).toBe('<p>a&#13;\nb&#12;\tc');
    for (const x of ['\0', '\u001b', '\u0085', '\ud800']) expect(filled('<p>{{x}}', x)).toBeNull();
  });

  test('a loop or a block leaves its place as it was', () => {
    expect(filled('<ul>{{#each l}}<li class="{{#if @first}}a{{/if}} {{this}}">{{/each}}</ul>', 0)).toBe(
      '<ul><li class="a 1"><li class=" 2"></ul>',
    );
  });
});

describe('places that take none', () => {
  test.each([
    ['<{{x}}>', '1:2'],
    ['</{{x}}>', '1:3'],
    ['<i {{x}}>', '1:4'],
    ['<i a{{x}}>', '1:5'],
    ['<i title={{x}}>', '1:10'],
    ['<i title=a{{x}}>', '1:11'],
    ['<i title="a"{{x}}>', '1:13'],
    ['<!doctype {{x}}>', '1:11'],
    ['<!-- {{x}} -->', '1:6'],
    ['<!-- -{{comment x}} -->', '1:7'],
    ['{{comment x}}', '1:1'],
    ['<p>{{json x}}', '1:4'],
    ['<i title="{{json x}}">', '1:11'],
    ...[
      'href',
      'src',
      'srcdoc',
      'action',
      'style',
      'onclick',
      'xlink:href',
      'content',
      'name',
      'http-equiv',
    ].map((name) => [`<i ${name}="{{x}}">`, `1:${name.length + 6}`] as const),
    ['<script>{{x}}</script>', '1:9'],
    ['<script>{{json x}}</script>', '1:9'],
    ['<script type="module">{{json x}}</script>', '1:23'],
    ['<script type="module" type="application/json">{{json x}}</script>', '1:47'],
    ['<script type="application/json">{{x}}</script>', '1:33'],
    ['<script type="application/json">[{{json x}}]</script>', '1:34'],
    ['<script type="application/json">{{json x}},{{json x}}</script>', '1:44'],
    ['<script></scripts>{{x}}</script>', '1:19'],
    ['<script><!--<script></script>{{x}}', '1:30'],
    ['<style>{{x}}</style>', '1:8'],
    ['<STYLE>a{{x}}</STYLE>', '1:9'],
    ['<iframe>{{x}}</iframe>', '1:9'],
    ['<noscript>{{x}}</noscript>', '1:11'],
    ['<plaintext></plaintext>{{x}}', '1:24'],
    ['<svg><title><b onclick="{{x}}">', '1:25'],
    ['<svg><![CDATA[ > {{x}}', '1:18'],
    ['<title><{{x}}</title>', '1:9'],
  ])('%s', (text, at) => {
    expect(refusals(text).map((found) => found.split(' ').slice(0, 2).join(' '))).toContain(`${at} STW505`);
  });

  test('a block that may leave a tag open', () => {
    expect(refusals('<i {{#if yes}}title="{{/if}}{{x}}">')[0]).toMatch(/^1:\d+ STW505/);
  });

  test.each(['<i', '<i title="', '<!-- a', '<style>', '<title>a', '<plaintext>'])('the end of %s', (text) => {
    expect(refusals(text)[0]).toMatch(/STW506/);
  });
});
