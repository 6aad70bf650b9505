import fc from 'fast-check';

/** What means something to at least one reader, alone or next to another. */
const PIECES = [
  ...Array.from('\'"`\\$%#;:|&<>(){}[]!*?~^@=+-_,./ \t\n\r\0'),
  ...[
    '\\n',
    '\\x20',
    '%h',
    '%%',
    '$$',
    '$HOME',
    '${x}',
    '$(x)',
    '`x`',
    '<<EOF',
    'EOF',
    '{{x}}',
    '{{{x}}}',
    '-->',
    '<!--',
  ],
  ...[
    '```',
    '~~~',
    '---',
    '...',
    '- ',
    '? ',
    ': ',
    ' #',
    '# ',
    '1. ',
    '![',
    '](',
    '</b>',
    '&amp;',
    '&#10;',
    '||',
    '&&',
    ';;',
  ],
  ...[
    'yes',
    'no',
    'null',
    '~',
    '0640',
    '0o17',
    '0x1F',
    '1e3',
    '1_000',
    '12:30:45',
    '2024-01-01',
    '.inf',
    '<<',
    '=',
    '!!str',
    '&a',
    '*a',
  ],
  ...[
    'if',
    'done',
    'a',
    'b',
    'é',
    '日本',
    '😀',
    '\u0085',
    '\u00a0',
    '\u2028',
    '\ufeff',
    '\u001b[2J',
    '\u007f',
    'http://x.y/',
    'a_b',
    '__',
    '  ',
  ],
];

/** Strings made to break out of the place that they are written in. */
export const hostileText: fc.Arbitrary<string> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.array(fc.constantFrom(...PIECES), { maxLength: 8 }).map((pieces) => pieces.join('')),
  },
  { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 12 }) },
);

/** {@link hostileText} as one component of an absolute path. */
export const hostilePath: fc.Arbitrary<string> = hostileText
  .map((text) => `/srv/${text.replaceAll('/', '')}`)
  .filter((path) => !/\/\.{0,2}$/.test(path));
