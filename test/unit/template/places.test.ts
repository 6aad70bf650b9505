import { describe, expect, test } from '@jest/globals';
import { compileTemplate } from '../../../src/template/compile-template.js';
import { templateKind } from '../../../src/template/kind.js';
import { renderProgram } from '../../../src/template/render.js';

/** What is wrong with a template: `line:column code` each. */
function problems(name: string, text: string): string[] {
  const kind = templateKind(name);
  if (kind === undefined) throw new Error(name);
  return compileTemplate(name, kind, text).problems.map(({ start, code }) => `${start.join(':')} ${code}`);
}

function render(name: string, text: string, x: unknown): string {
  const kind = templateKind(name);
  if (kind === undefined) throw new Error(name);
  const { program, problems: found } = compileTemplate(name, kind, text);
  expect(found).toEqual([]);
  return renderProgram({ [name]: program }, name, { x, yes: true, l: [1, 2] });
}

describe('tags that a template must not hold', () => {
  test.each([
    ['a {{{x}}}\n', '1:3 STW501'],
    ['é😀 {{& x}}\n', '1:4 STW501'],
    ['\n {{"x"}}\n', '2:2 STW502'],
    ['{{* d}}\n', '1:1 STW502'],
    ['{{#*inline "p"}}a{{/inline}}\n', '1:1 STW502'],
    ['{{#> p}}a{{/p}}\n', '1:1 STW502'],
    ['{{x.__proto__}}\n', '1:3 STW502'],
    ['{{x.constructor.name}}\n', '1:3 STW502'],
    ['{{#if x.prototype}}{{/if}}\n', '1:7 STW502'],
    ['{{@level}}\n', '1:3 STW502'],
    ['{{comment (lookup x y)}}\n', '1:11 STW502'],
    ['{{comment undefined}}\n', '1:11 STW502'],
    ['{{lookup x y}}\n', '1:3 STW503'],
    ['{{log}}{{log x}}\n', '1:10 STW503'],
    ['{{shout x}}\n', '1:3 STW503'],
    ['{{x a=1}}\n', '1:3 STW503'],
    ['{{arg x}}\n', '1:3 STW503'],
    ['# {{comment}}\n', '1:3 STW503'],
    ['# {{comment x x}}\n', '1:3 STW503'],
    ['{{#x}}a{{/x}}\n', '1:4 STW503'],
    ['{{^x}}a{{/x}}\n', '1:4 STW503'],
    ['{{#if}}a{{/if}}\n', '1:1 STW503'],
    ['{{#if x x}}a{{/if}}\n', '1:1 STW503'],
    ['{{#if x includeZero=true}}a{{/if}}\n', '1:1 STW503'],
    ['{{if x}}\n', '1:3 STW503'],
    ['{{> (x)}}\n', '1:1 STW504'],
    ['a {{> p}}\n', '1:3 STW504'],
    ['{{#if x}}\n', '2:1 STW500'],
    ['a\n{{#if x}}{{/each}}\n', '2:4 STW500'],
    ['a {{x\n', '1:6 STW500'],
    ['ab\n  {{}}\n', '2:5 STW500'],
  ])('%j', (text, found) => {
    expect(problems('t.sh.hbs', text)).toEqual([found]);
  });
});

describe('places where a shell reads no whole word', () => {
  test.each([
    'echo "{{x}}"\n',
    "echo '{{x}}'\n",
    'echo "a $(echo {{x}}) b"\n',
    'echo "$(echo "{{x}}")"\n',
    'echo "${a:-{{x}}}"\n',
    'echo ${a:-{{x}}}\n',
    'echo $((1 + {{x}}))\n',
    'echo `echo {{x}}`\n',
    'echo a # {{x}}\n',
    '# {{x}}\n',
    'echo {{comment x}}\n',
    'cat <<EOF\n{{x}}\nEOF\n',
    "cat <<'EOF'\n{{x}}\nEOF\n",
    'cat <<-EOF\n\ta\n\tEOFX\n{{x}}\n\tEOF\n',
    'cat <<EOF; echo a\nb {{comment x}}\nEOF\n',
    'cat <<EOF\na\\\nEOF\n{{x}}\nEOF\n',
    'cat <<E\n$(\nE\n{{x}}\nE\n',
    'cat <<E\n${a:-\nE\n{{x}}\nE\n',
    'echo "$${a" {{x}} "}\n{{x}}"\n',
    'cat <<{{x}}\n',
    'echo ${{x}}\n',
    'echo $a{{x}}\n',
    'a=~{{x}}\n',
    'echo ~a{{x}}\n',
    '((a = {{x}}))\n',
    'echo $(( $(echo {{x}}) "{{x}}" ))\n',
    'echo \\\\{{x}}\n',
    "echo $'{{x}}'\n",
    "echo $'a' {{x}}\n",
    'echo "{{#if x}}a"{{else}}b{{/if}} {{x}}\n',
    'echo "$(case a in a) echo "{{x}}" ;; esac)"\n',
    '{{#each l}}echo "a {{/each}} {{x}}\n',
    'echo {{x}}>file\necho {{x}}\n',
  ])('%j', (text) => {
    expect(problems('t.sh.hbs', text).length).toBeGreaterThan(0);
  });

  test.each([
    ['cat <<EOF\n"\nEOF\necho {{x}}\n', "cat <<EOF\n\"\nEOF\necho 'a b'\n"],
    ["cat <<A <<'B'\n'\nA\n\"\nB\necho {{x}}\n", "cat <<A <<'B'\n'\nA\n\"\nB\necho 'a b'\n"],
    [
      'echo "${a#"b"}" $(echo {{x}}) "$((1 << 2))" {{x}}\n',
      'echo "${a#"b"}" $(echo \'a b\') "$((1 << 2))" \'a b\'\n',
    ],
    ['echo a#b {{x}} \\# {{x}}\n', "echo a#b 'a b' \\# 'a b'\n"],
    [
      'case $a in\n  b) echo {{x}} ;;\n  *) echo "c" ;;\nesac # "\necho {{x}}\n',
      "case $a in\n  b) echo 'a b' ;;\n  *) echo \"c\" ;;\nesac # \"\necho 'a b'\n",
    ],
    ['echo "it\'s" \'"\' "\\"" {{x}} >&2 2>{{x}}\n', "echo \"it's\" '\"' \"\\\"\" 'a b' >&2 2>'a b'\n"],
    ['a=$( (echo "(") {{x}} ) {{x}}\n', "a=$( (echo \"(\") 'a b' ) 'a b'\n"],
    ["cat <<'E'\na\\\nE\necho {{x}}\n", "cat <<'E'\na\\\nE\necho 'a b'\n"],
    [
      'cat <<E\n$a ${b} $(c) $((1 + 2)) `d` \\$(\nE\necho {{x}}\n',
      "cat <<E\n$a ${b} $(c) $((1 + 2)) `d` \\$(\nE\necho 'a b'\n",
    ],
    ['echo a$$ "$${" {{x}}\n', 'echo a$$ "$${" \'a b\'\n'],
    ['cat <<<{{x}}\n', "cat <<<'a b'\n"],
  ])('%j is understood', (text, output) => {
    expect(render('t.sh.hbs', text, 'a b')).toBe(output);
  });
});

describe('places where a unit holds no value', () => {
  test.each([
    ['[{{x}}]\n'],
    ['{{x}}\n'],
    ['{{x}}=a\n'],
    ['Key{{x}}=a\n'],
    ['# {{x}}\n'],
    ['; {{x}}\n'],
    ['Description={{comment x}}\n'],
    ['ExecStart=/bin/sh -c "echo {{arg x}}"\n'],
    ["Environment='A={{word x}}'\n"],
    ['ExecStart=/bin/a {{word x}}\n'],
    ['Description={{arg x}}\n'],
    ['Description={{word x}}\n'],
    ['BindPaths={{x}}:/a\n'],
    ['BindPaths={{word x}}\n'],
    ['BindPaths=-{{bind x x}}\nReadWritePaths={{bind x x}}\n'],
    ['Description=a \\\n  {{x}}\n'],
    ['Description=a \\\n# {{x}}\n  b\n'],
    ['Description=a\\\\{{x}}\n'],
    ['d {{x}}\n'],
    ['Description=100%{{x}}\n'],
    ['ExecStart=/bin/a ${{arg x}}\n'],
    ['ExecStart=/bin/a $HO{{arg x}}\n'],
    ['Environment=A=%%%{{word x}}\n'],
  ])('%j', (text) => {
    expect(problems('t.service.hbs', text).length).toBeGreaterThan(0);
  });

  test.each([
    ['t.service.hbs', 'Description={{x}}\n', 'Description=a b%%c$\n'],
    ['t.service.hbs', 'Description=%%{{x}}$ %n {{x}}\n', 'Description=%%a b%%c$$ %n a b%%c$\n'],
    ['t.service.hbs', 'ExecStart=/bin/a $$ $HOME {{arg x}}\n', 'ExecStart=/bin/a $$ $HOME "a b%%c$$"\n'],
    ['t.service.hbs', 'ExecStart=/bin/a {{x}} -{{arg x}}\n', 'ExecStart=/bin/a "a b%%c$$" -a\\x20b%%c$$\n'],
    [
      't.service.hbs',
      'ExecStart=/bin/a \\\n  # it\'s "\n  {{arg x}}\n',
      'ExecStart=/bin/a \\\n  # it\'s "\n  "a b%%c$$"\n',
    ],
    ['t.service.hbs', 'Description=it\'s {{x}}\n# "\n', 'Description=it\'s a b%%c$\n# "\n'],
    ['t.service.hbs', 'Environment=A={{word x}} {{word x}}\n', 'Environment=A=a\\x20b%%c$ "a b%%c$"\n'],
    ['t.conf.hbs', 'd {{word x}} 0700 - -\nKey={{word x}}\n', 'd "a b%%c$" 0700 - -\nKey="a b%%c$"\n'],
  ])('%s %j is understood', (name, text, output) => {
    expect(render(name, text, 'a b%c$')).toBe(output);
  });
});

describe('places where YAML has no whole node', () => {
  test.each([
    'a: "{{x}}"\n',
    "a: '{{x}}'\n",
    'a: b {{x}}\n',
    'a: {{x}} b\n',
    'a: {{x}}{{x}}\n',
    'a:{{x}}\n',
    '-{{x}}\n',
    '# {{x}}\n',
    'a: b # {{x}}\n',
    'a: {{comment x}}\n',
    'a: |\n  b\n  {{x}}\n',
    'a: >-\n\n  {{x}}\n',
    '- |\n b {{x}}\n',
    'a: |2\n    b\n  {{x}}\n',
    'a: "b\n  {{x}}"\n',
    'a: b\n  {{x}}\n',
    'a: {{x}}\n  b: c\n',
    'a:\n  {{x}}\n  b: c\n',
    '{{x}}\na: b\n',
    'a: [b {{x}}]\n',
    'a: [{{x}} b]\n',
    'a: [{{x}}\n  b]\n',
    'a: [{{x}} {{x}}]\n',
    'a: [b\n  {{x}}]\n',
    'a: [{{block x}}]\n',
    'a: {{block x}} # b\n',
    '? {{x}}\n',
    '--- {{x}}\n',
    'a: [\n',
    'a: "b\n',
  ])('%j', (text) => {
    expect(problems('t.yaml.hbs', text).length).toBeGreaterThan(0);
  });

  test.each([
    ['a: {{x}}\nb: c\n', 'a:\n  k: [v]\nb: c\n'],
    ['- {{x}}\n- a: {{x}}\n', '- k: [v]\n- a:\n    k: [v]\n'],
    ['a: |\n  {\nb: {{x}}\n', 'a: |\n  {\nb:\n  k: [v]\n'],
    ['a: &b {{x}} # c\n', 'a: &b\n  k: [v] # c\n'],
    ['a: [{{x}}, "b", {{x}}]\nb: {c: {{x}} }\n', 'a: [{k: [v]}, "b", {k: [v]}]\nb: {c: {k: [v]} }\n'],
    [
      '{{#each l}}\nk{{#if ../yes}}1{{/if}}:\n  - {{../x}}\n{{/each}}\n',
      'k1:\n  - k: [v]\nk1:\n  - k: [v]\n',
    ],
    ['a: [{{#each l}}{{this}}, {{/each}}]\n', 'a: [1, 2, ]\n'],
  ])('%j is understood', (text, output) => {
    expect(
      render('t.yaml.hbs', text, { k: ['v'] })
        .replace(/k:\n( +)- v/g, 'k: [v]')
        .replace(/k:\n +- v/g, 'k: [v]'),
    ).toBe(output);
  });

  test('a block of text keeps its lines readable', () => {
    expect(render('t.yaml.hbs', 'a:\n  s: {{block x}}\n', '#!/bin/sh\n\nexit 1\n')).toBe(
      'a:\n  s: |\n    #!/bin/sh\n\n    exit 1\n',
    );
    expect(render('t.yaml.hbs', '- {{block x}}\n', 'a\nb')).toBe('- |-\n  a\n  b\n');
    expect(render('t.yaml.hbs', 's: {{block x}}\n', ' a\nb\n')).toBe('s: " a\\nb\\n"\n');
  });
});

describe('places where Markdown has no text', () => {
  test.each([
    'a `{{x}}` b\n',
    'a ``{{x}} b``\n',
    '[a]({{x}})\n',
    '[a]: {{x}}\n',
    '<a href="{{x}}">\n',
    '<!-- {{x}} -->\n',
    '<!--\n{{x}}\n-->\n',
    '{{comment x}}\n',
    '```\n{{x}}\n```\n',
    '```text\n{{x}}\n```\n',
    '```yaml\na: {{x}}\n```\n',
    '```yaml\n{{x}} b\n```\n',
    '```sh\necho "{{x}}"\n```\n',
    '```sh\n{{code x}}\n```\n',
    '~~~~\n~~~\n{{x}}\n~~~~\n',
    '```{{x}}\n',
    '~~~ {{x}}\na\n~~~\n',
    '- ~~~ a {{#if x}}b{{/if}}\n  {{x}}\n  ~~~\n',
    '`a`{{code x}}\n',
    'a \\\\{{x}}\n',
    '```sh\necho\n',
    '<!-- a\n',
  ])('%j', (text) => {
    expect(problems('t.md.hbs', text).length).toBeGreaterThan(0);
  });

  test.each([
    ['# {{x}}\n\n`a` {{x}} {{code x}}\n', '# a\\*b c\n\n`a` a\\*b c `a*b c`\n'],
    [
      '1. a\n\n   ```sh\n   # {{comment x}}\n   echo {{x}}\n   ```\n\n{{x}}\n',
      "1. a\n\n   ```sh\n   # a*b c\n   echo 'a*b c'\n   ```\n\na\\*b c\n",
    ],
    ['````\n```\n````\n{{x}}\n', '````\n```\n````\na\\*b c\n'],
    ['<!-- {{comment x}} -->\n{{x}}\n', '<!-- a*b c -->\na\\*b c\n'],
    ['| {{x}} | {{code x}} |\n', '| a\\*b c | `a*b c` |\n'],
  ])('%j is understood', (text, output) => {
    expect(render('t.md.hbs', text, 'a*b c')).toBe(output);
  });
});

test('a place that depends on a block is refused where one way makes it unsafe', () => {
  expect(problems('t.sh.hbs', '{{#if x}}# {{/if}}{{x}}\n')).toEqual(['1:19 STW505']);
  expect(problems('t.md.hbs', '{{#if x}}\n```sh\n{{/if}}\na {{x}}\n{{#if x}}\n```\n{{/if}}\n')[0]).toBe(
    '4:3 STW505',
  );
  expect(problems('t.sh.hbs', '{{#each x}}{{this}} "{{/each}}\n')[0]).toBe('1:12 STW505');
});

test('line ends and a byte order mark of the template change nothing', () => {
  expect(render('t.sh.hbs', '\ufeffecho {{x}}\r\n# a\r\n', 'b')).toBe('echo b\n# a\n');
  expect(problems('t.sh.hbs', '\ufeffecho\r\n {{{x}}}\r\n')).toEqual(['2:2 STW501']);
});
