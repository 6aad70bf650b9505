import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, test } from '@jest/globals';
import { generateTemplates } from '../../../src/build/templates.js';
import type { Diagnostic } from '../../../src/diagnostics/diagnostic.js';
import {
  builtinTemplates,
  loadTemplates,
  templateDiagnostic,
  TemplateError,
} from '../../../src/template/engine.js';
import type { CompiledTemplates } from '../../../src/template/program.js';
import { rememberTexts } from '../../../src/template/remember.js';
import { renderProgram } from '../../../src/template/render.js';

function load(texts: Record<string, string>): ReturnType<typeof loadTemplates> {
  return loadTemplates(Object.entries(texts).map(([name, text]) => ({ name, file: `t/${name}`, text })));
}

function shown({ code, severity, span, message, hint }: Diagnostic): string {
  return `${span.file}:${span.line}:${span.column}-${span.end_line}:${span.end_column} ${severity} ${code} ${message} (${hint ?? ''})`;
}

const TIMER = 'systemd/job.timer.hbs';

describe('overrides', () => {
  test('stand in for the built-in template of their name, and for nothing else', () => {
    const { templates, diagnostics } = load({ [TIMER]: '# {{comment description}}\n' });
    expect(diagnostics).toEqual([]);
    expect(templates.render(TIMER, { description: 'a' })).toBe('# a\n');
    expect(templates.names()).toEqual(builtinTemplates().names());
    expect(templates.names()).toEqual([...templates.names()].sort());
    expect(
      builtinTemplates().render(TIMER, {
        header: 'h',
        description: 'd',
        on_calendar: [],
        queue: null,
        project: 'p',
      }),
    ).toContain('Description=d\n');
  });

  test('may include templates of their own and built-in ones', () => {
    const { templates, diagnostics } = load({
      [TIMER]: 'a\n{{> systemd/mine b=1}}\n',
      'systemd/mine.service.hbs': '# {{comment b}}\n',
    });
    expect(diagnostics).toEqual([]);
    expect(templates.render(TIMER, {})).toBe('a\n# 1\n');
  });

  test('every mistake of every file is found at once', () => {
    const { diagnostics } = load({
      [TIMER]: 'Description={{{a}}}\nDescription={{shout a}}\n',
      'systemd/failure.service.hbs': '{{> systemd/_sandbx}}\n{{> host/install}}\n',
    });
    expect(diagnostics.map(shown)).toEqual([
      `t/${TIMER}:1:13-1:20 error STW501 tags that write their value as it is (\`{{{…}}}\`, \`{{&…}}\`) are not available (write \`{{…}}\`: the value is encoded for this kind of file)`,
      `t/${TIMER}:2:15-2:20 error STW503 there is no helper \`shout\` in systemd templates (systemd templates have \`comment\`, \`arg\`, \`word\`, \`bind\`)`,
      't/systemd/failure.service.hbs:1:1-1:22 error STW504 there is no systemd template `systemd/_sandbx` to include (did you mean `systemd/_sandbox`?)',
      't/systemd/failure.service.hbs:2:1-2:19 error STW504 there is no systemd template `host/install` to include (a partial has to make the same kind of file)',
    ]);
  });

  test('a name that nothing uses is a warning', () => {
    expect(load({ 'systemd/jobs.timer.hbs': 'a\n' }).diagnostics.map(shown)).toEqual([
      't/systemd/jobs.timer.hbs:1:1-1:1 warning STW507 nothing uses the template `systemd/jobs.timer.hbs` (did you mean `systemd/job.timer.hbs`?)',
    ]);
  });

  test.each([
    ['a name without a kind', { 'systemd/job.hbs': 'a' }, 'STW508'],
    ['a name of an object property', { __proto__x: 'a', 'a.constructor.hbs': 'a' }, 'STW508'],
    ['an include of itself', { [TIMER]: `{{> ${TIMER.replace('.hbs', '')}}}\n` }, 'STW504'],
    [
      'a circle of includes',
      { [TIMER]: '{{> a/b}}\n', 'a/b.timer.hbs': '{{#if x}}\n{{> systemd/job}}\n{{/if}}\n' },
      'STW504',
    ],
    [
      'a circle through a built-in template',
      { 'systemd/_sandbox.service.hbs': '{{> systemd/backup}}\n' },
      'STW504',
    ],
    ['a part without a line break at its end', { 'systemd/_sandbox.service.hbs': 'User=a' }, 'STW506'],
    ['a tag in a place of quotes', { [TIMER]: 'A="{{x}}"\n' }, 'STW505'],
    ['an open block', { [TIMER]: '{{#if x}}\n' }, 'STW500'],
  ])('%s is an error', (_, texts, code) => {
    const { diagnostics } = load(texts);
    expect(diagnostics.length).toBeGreaterThan(0);
    expect(new Set(diagnostics.map((diagnostic) => `${diagnostic.severity} ${diagnostic.code}`))).toEqual(
      new Set([`error ${code}`]),
    );
  });

  test('two files of one name are an error at the second', () => {
    const twice = [1, 2].map((n) => ({ name: TIMER, file: `${n}.hbs`, text: 'a=b\n' }));
    expect(loadTemplates(twice).diagnostics.map(({ code, span }) => [code, span.file])).toEqual([
      ['STW509', '2.hbs'],
    ]);
  });

  test('a mistake that shows when filling becomes a finding at the tag', () => {
    const { templates } = load({ [TIMER]: 'a=b\nDescription={{nme}}\n' });
    expect.assertions(1);
    try {
      templates.render(TIMER, { name: 'x' });
    } catch (error) {
      if (!(error instanceof TemplateError)) throw error;
      expect(shown(templateDiagnostic(error, `t/${error.template}`))).toBe(
        `t/${TIMER}:2:15-2:16 error STW510 there is no variable \`nme\` here (did you mean \`name\`?)`,
      );
    }
  });

  test('an unknown template is a bug, not a finding', () => {
    expect(() => builtinTemplates().render('toString', {})).toThrow('there is no template toString');
    expect(builtinTemplates().has('toString')).toBe(false);
  });
});

describe('the build', () => {
  /** Runs the generator in a folder of its own that holds these templates. */
  function generate(texts: Record<string, string>, use: (folder: string) => void): void {
    const folder = mkdtempSync(join(tmpdir(), 'stowage-templates-'));
    const before = process.cwd();
    try {
      for (const [name, text] of Object.entries(texts)) {
        mkdirSync(dirname(join(folder, 'templates', name)), { recursive: true });
        writeFileSync(join(folder, 'templates', name), text);
      }
      process.chdir(folder);
      use(folder);
    } finally {
      process.chdir(before);
      rmSync(folder, { recursive: true });
    }
  }

  /** The object that a generated module exports. */
  function generated(folder: string): CompiledTemplates {
    const text = readFileSync(pathToFileURL(join(folder, 'templates.js')), 'utf8');
    return JSON.parse(
      text.replace(/^export const templates = /, '').replace(/;\n$/, ''),
    ) as CompiledTemplates;
  }

  test('writes templates that render as those compiled on the spot', () => {
    generate({ 'a/b.sh.hbs': 'echo {{x}}\n{{> a/c}}\n', 'a/c.sh.hbs': '# {{comment x}}\n' }, (folder) => {
      generateTemplates(folder);
      expect(renderProgram(generated(folder), 'a/b.sh.hbs', { x: 'a b' })).toBe("echo 'a b'\n# a b\n");
    });
  });

  test('works without templates', () => {
    generate({}, (folder) => {
      generateTemplates(folder);
      expect(generated(folder)).toEqual({});
    });
  });

  test('fails with the place of every mistake', () => {
    generate({ 'a/b.sh.hbs': 'a\n {{{x}}}\n', 'a/c.md.hbs': '{{> a/b}}\n', 'd.hbs': '' }, (folder) => {
      expect(() => {
        generateTemplates(folder);
      }).toThrow(/templates\/a\/b\.sh\.hbs:2:2 [^]*templates\/d\.hbs:1:1 [^]*templates\/a\/c\.md\.hbs:1:1 /);
    });
  });
});

test('templates that remember fill again what is filled with something else', () => {
  const { templates } = load({ 'a.sh.hbs': '{{x}}\n', 'b.sh.hbs': '{{x}} b\n' });
  let filled = 0;
  const remembering = rememberTexts({
    ...templates,
    render: (name, context) => {
      filled += 1;
      return templates.render(name, context);
    },
  });
  const text = (name: string, x: string) => remembering.render(name, { x });
  expect([
    text('a.sh.hbs', '1'),
    text('b.sh.hbs', '1'),
    text('a.sh.hbs', '2'),
    text('a.sh.hbs', '1'),
  ]).toEqual([...['1\n', '1 b\n', '2\n', '1\n']]);
  expect(filled).toBe(3);
});
