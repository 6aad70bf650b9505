import { expect, test } from '@jest/globals';
import { asAscii, showsUtf8 } from '../../../src/cli/ascii.js';

test.each([
  [{}, true],
  [{ LANG: 'de_DE.UTF-8' }, true],
  [{ LANG: 'en_US.utf8', LC_ALL: '' }, true],
  [{ LANG: 'C.UTF-8', LC_ALL: 'C' }, false],
  [{ LANG: 'de_DE.ISO-8859-1' }, false],
  [{ LC_CTYPE: 'POSIX', LANG: 'en_US.UTF-8' }, false],
])('%j shows UTF-8: %s', (environment, expected) => {
  expect(showsUtf8(environment)).toBe(expected);
});

test('a character that ASCII lacks gives way to one as wide', () => {
  expect(asAscii('pap…ngx  ███')).toBe('pap~ngx  ###');
});
