import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { Pointer } from '../../../src/source/document.js';
import { parseYaml } from '../../../src/source/parse.js';
import { LiteralText, VaultedValue } from '../../../src/source/yaml-values.js';
import type { YamlDocument } from '../../../src/source/yaml-document.js';

function documentOf(text: string): YamlDocument {
  const { documents, diagnostics } = parseYaml({ file: 'a.yml', text });
  expect(diagnostics).toEqual([]);
  const [document] = documents;
  if (document === undefined) throw new Error('no document');
  return document;
}

/** `line:column-line:column` of a span. */
function place(document: YamlDocument, pointer: Pointer, part?: 'key' | 'value'): string {
  const span = document.span(pointer, part);
  return `${span.line}:${span.column}-${span.end_line}:${span.end_column}`;
}

describe('positions', () => {
  test('keys and values of block and flow collections', () => {
    const document = documentOf('a: 1\nb:\n  - x\n  - { c: "d e", f: [1, 2] }\n');
    expect(place(document, ['a'], 'key')).toBe('1:1-1:2');
    expect(place(document, ['a'])).toBe('1:4-1:5');
    expect(place(document, ['b', 0])).toBe('3:5-3:6');
    expect(place(document, ['b', 1])).toBe('4:5-4:28');
    expect(place(document, ['b', 1, 'c'])).toBe('4:10-4:15');
    expect(place(document, ['b', 1, 'f'])).toBe('4:20-4:26');
    expect(place(document, ['b', 1, 'f', 1])).toBe('4:24-4:25');
  });

  test('columns count code points, and lines end with LF, CRLF or CR', () => {
    const document = documentOf('"🐋": "é🐋" # x\r\nb: { "🐋🐋": c }\rd: e\n');
    expect(place(document, ['🐋'])).toBe('1:6-1:10');
    expect(place(document, ['b', '🐋🐋'])).toBe('2:12-2:13');
    expect(place(document, ['d'])).toBe('3:4-3:5');
  });

  test('a pointer that the text does not hold gives the nearest ancestor', () => {
    const document = documentOf('a:\n  b: text\n  c:\n    d: 1\n');
    expect(place(document, ['a', 'b', 'x', 0])).toBe('2:6-2:10');
    expect(place(document, ['a', 'c', 'x'])).toBe('3:3-3:4');
    expect(place(document, ['nothing'])).toBe('1:1-1:3');
  });

  test('a value that is not written is shown at its key', () => {
    const document = documentOf('a:\nb: ~\n');
    expect(place(document, ['a'])).toBe('1:1-1:2');
    expect(place(document, ['b'])).toBe('2:4-2:5');
  });

  test('a block scalar is shown at its header', () => {
    const document = documentOf('a: !x |-  # note\n\n  text\nb: >\n  more\n');
    expect(place(document, ['a'])).toBe('1:7-1:17');
    expect(place(document, ['b'])).toBe('4:4-4:5');
  });

  test('what came through an alias or a merge key is shown where it was written', () => {
    const document = documentOf('base: &b\n  x: 1\n  y: 2\nuse:\n  <<: [*b, { z: 3 }]\n  y: 4\nagain: *b\n');
    expect(document.value).toMatchObject({ use: { x: 1, y: 4, z: 3 }, again: { x: 1, y: 2 } });
    expect(place(document, ['use', 'x'], 'key')).toBe('2:3-2:4');
    expect(place(document, ['use', 'y'])).toBe('6:6-6:7');
    expect(place(document, ['use', 'z'])).toBe('5:17-5:18');
    expect(place(document, ['again', 'y'])).toBe('3:6-3:7');
  });

  test('a part of a string, where the text shows it as it is', () => {
    const document = documentOf(
      'a: "x \\" {{ y }} {{ y }}"\nb: >\n  {{ one }}\n  {{ two }}\nc: plain {{ z }}\n',
    );
    expect(document.value).toMatchObject({ a: 'x " {{ y }} {{ y }}' });
    expect(document.span(['a'], 'value', { start: 12, end: 19 })).toMatchObject({
      line: 1,
      column: 18,
      end_column: 25,
    });
    expect(document.span(['b'], 'value', { start: 10, end: 19 })).toMatchObject({
      line: 4,
      column: 3,
      end_column: 12,
    });
    expect(document.span(['c'], 'value', { start: 6, end: 13 })).toMatchObject({
      line: 5,
      column: 10,
      end_column: 17,
    });
    expect(document.span(['a'], 'value', { start: 2, end: 3 })).toMatchObject({
      line: 1,
      column: 8,
      end_column: 9,
    });
  });

  test('property: every span cuts out the text of its value', () => {
    const key = fc.string({ unit: 'binary', minLength: 1, maxLength: 5 });
    const leaf = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 8 }),
      fc.integer(),
      fc.boolean(),
      fc.constant(null),
    );
    const { value } = fc.letrec<{ value: unknown }>((tie) => ({
      value: fc.oneof(
        { maxDepth: 4 },
        leaf,
        fc.array(tie('value'), { maxLength: 4 }),
        fc.dictionary(key, tie('value'), { maxKeys: 4 }),
      ),
    }));
    fc.assert(
      fc.property(value, fc.constantFrom(undefined, 2), (root, indent) => {
        // JSON is YAML; escapes keep control characters and lone surrogates out of the text.
        const text = asciiJson({ root }, indent);
        const lines = text.split('\n');
        const document = documentOf(text);
        forEachScalar({ root }, [], (scalar, pointer) => {
          const { line, column, end_line, end_column } = document.span(pointer);
          expect(end_line).toBe(line);
          expect(JSON.parse(lines[line - 1]?.slice(column - 1, end_column - 1) ?? '')).toEqual(scalar);
        });
      }),
      { numRuns: 300 },
    );
  });
});

function asciiJson(value: unknown, indent: number | undefined): string {
  return JSON.stringify(value, null, indent).replace(
    /[\u007f-\uffff]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

function forEachScalar(
  value: unknown,
  pointer: Pointer,
  visit: (scalar: unknown, pointer: Pointer) => void,
): void {
  if (Array.isArray(value)) {
    for (const [index, item] of value.entries()) forEachScalar(item, [...pointer, index], visit);
  } else if (typeof value === 'object' && value !== null) {
    for (const [key, item] of Object.entries(value)) forEachScalar(item, [...pointer, key], visit);
  } else {
    visit(value, pointer);
  }
}

describe('values', () => {
  test('YAML 1.2: `yes` is text, `0640` the number 640, and keys that are no text become text', () => {
    expect(documentOf('a: yes\nb: 0640\n8080: x\nnull: y\n').value).toEqual(
      Object.assign(Object.create(null) as object, { a: 'yes', b: 640, 8080: 'x', null: 'y' }),
    );
  });

  test('mappings have no prototype, so `__proto__` and `constructor` are plain keys', () => {
    const { value } = documentOf('__proto__: { polluted: yes }\nb: { <<: { __proto__: { x: 1 } } }\n');
    expect(Object.getPrototypeOf(value)).toBeNull();
    expect(Object.keys(value as object)).toEqual(['__proto__', 'b']);
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
    expect((value as Record<string, Record<string, unknown>>).b?.x).toBeUndefined();
    expect((value as Record<string, unknown>).constructor).toBeUndefined();
  });

  test('unknown tags load as what they tag; a vaulted value does not hold its text', () => {
    const { value } = documentOf(
      'a: !env HOME\nb: !seq [1]\nc: !map { x: 1 }\nd: !vault |\n  $ANSIBLE_VAULT;6162\ne: !unsafe "{{ x }}"\nf: !unsafe plain\n',
    );
    expect(value).toMatchObject({ a: 'HOME', b: [1], c: { x: 1 }, f: 'plain' });
    const { d, e } = value as { d: unknown; e: unknown };
    expect(d).toBeInstanceOf(VaultedValue);
    expect(JSON.stringify(d)).not.toContain('6162');
    expect(e).toEqual(new LiteralText('{{ x }}'));
  });

  test('each document of a file has its own positions; empty ones are left out', () => {
    const { documents } = parseYaml({
      file: 'a.yml',
      text: '---\na: 1\n---\n# nothing\n---\nb: &x 2\nc: *x\n',
    });
    expect(documents.map(({ value }) => ({ ...(value as object) }))).toEqual([{ a: 1 }, { b: 2, c: 2 }]);
    expect(documents[1]?.span(['b']).line).toBe(6);
  });

  test('an error in one document does not hide the others', () => {
    const { documents, diagnostics } = parseYaml({
      file: 'a.yml',
      text: 'a: 1\n---\nb: 1\nb: 2\n---\nc: *no\n',
    });
    expect(documents).toHaveLength(1);
    expect(diagnostics.map(({ code, span }) => `${code} ${span.line}`)).toEqual(['STW012 4', 'STW013 6']);
  });
});

describe('limits', () => {
  test('aliases that nest too deep are refused, though each line is shallow', () => {
    const lines = Array.from(
      { length: 150 },
      (_, index) => `a${index}: &a${index} [${index === 0 ? 1 : `*a${index - 1}`}]`,
    );
    const { documents, diagnostics } = parseYaml({ file: 'a.yml', text: lines.join('\n') });
    expect(documents).toEqual([]);
    expect(diagnostics.map(({ code, span }) => `${code} ${span.line}:${span.column}`)).toEqual([
      'STW015 99:12',
    ]);
  });

  test('merge keys that multiply are refused', () => {
    const keys = Array.from({ length: 200 }, (_, index) => `k${index}: 1`).join(', ');
    const merges = Array.from({ length: 100 }, (_, index) => `m${index}: { <<: *base }`).join('\n');
    const { documents, diagnostics } = parseYaml({
      file: 'a.yml',
      text: `base: &base { ${keys} }\n${merges}\n`,
    });
    expect(documents).toEqual([]);
    expect(diagnostics.map(({ code }) => code)).toEqual(['STW014']);
  });

  test('an alias used often is fine', () => {
    const uses = Array.from({ length: 900 }, (_, index) => `u${index}: *a`).join('\n');
    expect(documentOf(`a: &a { b: [1, 2, 3] }\n${uses}\n`).span(['u899', 'b', 2]).line).toBe(1);
  });
});

test('a hundred thousand mistakes in one file are reported, not a crash', () => {
  const { diagnostics } = parseYaml({ file: 'a.yml', text: `{${'a: 1, '.repeat(150_000)}}` });
  expect(diagnostics).toHaveLength(149_999);
  expect(diagnostics.at(-1)?.span.column).toBe(1 + 6 * 149_999 + 1);
});
