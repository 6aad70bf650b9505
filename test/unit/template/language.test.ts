import { describe, expect, test } from '@jest/globals';
import Handlebars from 'handlebars';
import { renderProgram } from '../../../src/template/render.js';
import { TemplateError } from '../../../src/template/template-error.js';
import { compiled } from '../../support/template.js';

const CONTEXT = {
  name: 'app',
  zero: 0,
  no: false,
  nothing: null,
  empty: [],
  list: ['a', 'b', 'c'],
  people: [
    { name: 'x', tags: ['p', 'q'] },
    { name: 'y', tags: [] },
  ],
  map: { k1: 'v1', k2: 'v2' },
  deep: { er: { value: 'z' } },
};

function render(texts: Record<string, string>, context: object = CONTEXT): string {
  const [name = ''] = Object.keys(texts);
  return renderProgram(compiled(texts), name, context);
}

/** The error of a render, as `template:line:column message`. */
function failure(texts: Record<string, string>, context: object = CONTEXT): string {
  try {
    return `rendered ${render(texts, context)}`;
  } catch (error) {
    if (!(error instanceof TemplateError)) throw error;
    const hint = error.hint === '' ? '' : ` (${error.hint})`;
    return `${error.template}:${error.line}:${error.column} ${error.message}${hint}`;
  }
}

describe('what templates share with Handlebars comes out the same', () => {
  // Values of plain characters, that every encoder leaves as they are.
  test.each([
    'a {{name}} b {{deep.er.value}} {{deep/er/value}} {{this.name}} {{./name}}\n',
    '{{#if name}}yes{{else}}no{{/if}} {{#if zero}}yes{{else}}no{{/if}} {{#if empty}}yes{{else}}no{{/if}}\n',
    '{{#unless no}}yes{{else}}no{{/unless}} {{#unless name}}yes{{/unless}}\n',
    '{{#if no}}1{{else if nothing}}2{{else if list}}3{{else}}4{{/if}}\n',
    '{{^if no}}inverse{{/if}} {{#if name}}{{^}}else{{/if}}\n',
    '{{#each list}}\n  {{@index}} {{@key}} {{this}} {{@first}} {{@last}} {{.}}\n{{/each}}\n',
    '{{#each map}}\n{{@key}}={{this}} {{@first}}{{@last}}{{@index}}\n{{else}}\nnone\n{{/each}}\n',
    '{{#each empty}}\nx\n{{else}}\nnone {{name}}\n{{/each}}\n{{#each nothing}}x{{else}}none{{/each}}\n',
    '{{#each people}}\n{{name}} of {{../name}} {{@root.name}}\n{{#each tags}}\n{{this}} {{../name}} {{../../name}} {{@../index}}\n{{/each}}\n{{/each}}\n',
    '{{#each people as |p i|}}{{i}}{{p.name}}{{#each p.tags as |t|}}{{t}}{{p.name}}{{/each}}{{/each}}\n',
    '{{#with deep}}{{er.value}}{{#with er}}{{value}}{{../../name}}{{/with}}{{/with}}{{#with no}}x{{else}}none{{/with}}\n',
    '{{#with deep.er as |e|}}{{e.value}}{{name}}{{/with}}\n'.replace('{{name}}', '{{../name}}'),
    'a\n  {{#if name}}\n  b\n  {{/if}}\nc\n{{! comment }}\nd {{!-- }} --}}e\n',
    'a   {{~name~}}   b\n{{#if name~}}\n  x  \n{{~/if}}\n',
    '\\{{name}} {{list.length}} {{list.[1]}} {{people.0.name}}\n',
    '{{{{if name}}}}raw {{name}}{{{{/if}}}}\n',
  ])('%j', (text) => {
    const theirs = Handlebars.create().compile(text, { noEscape: true })(CONTEXT);
    expect(render({ 't.md.hbs': text })).toBe(theirs);
  });

  test('partials: context, values of their own, parents out of reach', () => {
    const part = '{{name}} {{extra}}\n';
    const main =
      'a\n{{> p extra="e"}}\n{{#each people}}\n{{> p this extra=@index}}\n{{/each}}\n{{> p deep name="n" extra=deep.er.value}}\nz\n';
    const handlebars = Handlebars.create();
    handlebars.registerPartial('p', part);
    const theirs = handlebars.compile(main, { noEscape: true })(CONTEXT);
    expect(render({ 't.sh.hbs': main, 'p.sh.hbs': part })).toBe(theirs);
    expect(
      failure({ 't.sh.hbs': '{{#with deep}}\n{{> p}}\n{{/with}}\n', 'p.sh.hbs': 'a {{../name}}\n' }),
    ).toBe('p.sh.hbs:1:5 there is no variable `../name` here');
  });
});

describe('names that are not there', () => {
  test.each([
    ['a {{nam}}\n', '1:5 there is no variable `nam` here (did you mean `name`?)'],
    ['é😀 {{#if nam}}x{{/if}}\n', '1:10 there is no variable `nam` here (did you mean `name`?)'],
    ['\n{{#each lst}}x{{/each}}\n', '2:9 there is no variable `lst` here (did you mean `list`?)'],
    ['{{#unless q1}}{{/unless}}\n', '1:11 there is no variable `q1` here'],
    ['{{#with q1}}{{/with}}\n', '1:9 there is no variable `q1` here'],
    ['{{name.length}}\n', '1:3 there is no variable `name.length` here'],
    ['{{nothing.x}}\n', '1:3 there is no variable `nothing.x` here'],
    ['{{list.[3]}}\n', '1:3 there is no variable `list.3` here'],
    ['{{toString}} \n', '1:3 there is no variable `toString` here'],
    ['{{list.map}}\n', '1:3 there is no variable `list.map` here'],
    ['{{../name}}\n', '1:3 there is no variable `../name` here'],
    ['{{@index}}\n', '1:3 there is no variable `@index` here'],
    ['{{undef}}\n', '1:3 there is no variable `undef` here'],
    ['{{#each name}}x{{/each}}\n', '1:9 `name` is a string, not a list or mapping'],
  ])('%j', (text, message) => {
    const found = failure({ 't.sh.hbs': text }, { ...CONTEXT, undef: undefined });
    expect(found.replace(/ \(known here: .*\)$/, '')).toBe(`t.sh.hbs:${message}`);
  });

  test('what is there is named while it is little', () => {
    expect(failure({ 't.sh.hbs': '{{deep.zzz}}\n' })).toMatch(/ `deep.zzz` here \(known here: `er`\)$/);
    const many = Object.fromEntries(Array.from({ length: 41 }, (_, index) => [`v${index}`, 1]));
    expect(failure({ 't.sh.hbs': '{{zzz}}\n' }, many)).toMatch(/ `zzz` here$/);
  });

  test('a function in the data is never called', () => {
    const spy = { call: () => 'called' };
    expect(failure({ 't.sh.hbs': '{{call}}\n' }, spy)).toBe(
      't.sh.hbs:1:1 the value of `call` is a function, not text',
    );
  });
});

describe('values that the format cannot express', () => {
  test.each([
    ['t.sh.hbs', ': {{x}}\n', 'a\0', '1:3 the value of `x` holds a NUL, which a shell word cannot express'],
    ['t.sh.hbs', ': {{x}}\n', ['a'], '1:3 the value of `x` is a list, not text'],
    ['t.sh.hbs', ': {{x}}\n', null, '1:3 the value of `x` is null, not text'],
    [
      't.sh.hbs',
      ': {{x}}\n',
      '\ud800',
      '1:3 the value of `x` holds half of a surrogate pair, which UTF-8 cannot write',
    ],
    [
      't.service.hbs',
      'Description={{x}}\n',
      'a\nb',
      '1:13 the value of `x` holds a line break, which a systemd setting cannot express',
    ],
    [
      't.service.hbs',
      'ExecStart=a {{arg x}}\n',
      'a\u001b',
      '1:13 the value of `x` holds the character U+001B, which a systemd word cannot express',
    ],
    [
      't.service.hbs',
      'ExecStart={{arg x}}\n',
      '-a',
      '1:11 the value of `x` is not a plain program name or path',
    ],
    ['t.service.hbs', 'BindPaths={{bind x x}}\n', 'a', '1:11 the value of `x x` is not an absolute path'],
  ])('%s %j %j', (name, text, x, message) => {
    expect(failure({ [name]: text }, { x })).toBe(`${name}:${message}`);
  });
});
