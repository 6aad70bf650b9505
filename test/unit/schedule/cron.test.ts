import { describe, expect, test } from '@jest/globals';
import { formatCron, parseCron } from '../../../src/schedule/cron.js';
import { toOnCalendar } from '../../../src/schedule/calendar.js';

function canonical(text: string): string {
  const parsed = parseCron(text);
  return 'error' in parsed ? `error: ${parsed.error}` : formatCron(parsed.schedule);
}

function calendars(text: string): string[] {
  const parsed = parseCron(text);
  if ('error' in parsed) throw new Error(parsed.error);
  return toOnCalendar(parsed.schedule, 'UTC');
}

describe('reading cron expressions', () => {
  test.each([
    ['30 2 * * *', '30 2 * * *'],
    ['@hourly', '0 * * * *'],
    ['@daily', '0 0 * * *'],
    ['@weekly', '0 0 * * 0'],
    ['@monthly', '0 0 1 * *'],
    ['  5   4 * * sun ', '5 4 * * 0'],
    ['0 0 * JAN-mar Mon,FRI', '0 0 * 1-3 1,5'],
    ['*/15 * * * *', '0,15,30,45 * * * *'],
    ['0 20/2 * * *', '0 20,22 * * *'],
    ['0 0 * * 7', '0 0 * * 0'],
    ['0 0 * * 5-7', '0 0 * * 0,5,6'],
    ['0 0 * * 7/2', '0 0 * * 0'],
    ['0 0 * * 3,7/1', '0 0 * * 0,3'],
    ['0 0 ? * ?', '0 0 * * *'],
    ['0 0 */2 * 1', '0 0 1,3,5,7,9,11,13,15,17,19,21,23,25,27,29,31 * 1'],
  ])('%s means %s', (text, expected) => {
    expect(canonical(text)).toBe(expected);
  });

  test.each([
    ['60 2 * * *', 0, 2, 'minute'],
    ['0 24 * * *', 2, 4, 'hour'],
    ['0 0 0 * *', 4, 5, 'day of month'],
    ['0 0 * 13 *', 6, 8, 'month'],
    ['0 0 * * 8', 8, 9, 'day of week'],
    ['0 0 * * mun', 8, 11, 'day of week'],
    ['0 0 1,,3 * *', 6, 7, 'day of month'],
    ['5-1 0 * * *', 0, 3, 'backwards'],
    ['*/0 0 * * *', 2, 3, 'step'],
    ['1-2-3 0 * * *', 0, 5, 'range'],
    ['0 0 31 2 *', 0, 10, 'never runs'],
    ['0 0 31 4,6 *', 0, 12, 'never runs'],
    ['0 2 * *', 0, 7, 'has 4 fields'],
    ['@yearly', 0, 7, 'unknown schedule alias'],
    ['', 0, 0, 'has 0 fields'],
    ['-1 0 * * *', 0, 1, 'minute'],
    ['1e1 0 * * *', 0, 3, 'minute'],
  ])('%s is refused at %d-%d', (text, start, end, words) => {
    const parsed = parseCron(text);
    expect(parsed).toMatchObject({ start, end });
    expect('error' in parsed && parsed.error).toContain(words);
  });

  test.each([
    // busybox takes a list of every day for a star and joins with AND; so it must not stand there.
    ['0 0 1-31 6 5', '0 0 * 6 *'],
    ['0 0 13 * 0-6', '0 0 * * *'],
    ['0 0 1-31 * *', '0 0 * * *'],
    ['0 0 * * */2', '0 0 * * 0,2,4,6'],
    ['0 0 1-30 * 1', '0 0 1-30 * 1'],
  ])('%s is written so that crons agree: %s', (text, expected) => {
    expect(canonical(text)).toBe(expected);
  });

  test('31 February OR every Monday still runs', () => {
    expect(canonical('0 0 31 2 1')).toBe('0 0 31 2 1');
  });
});

describe('systemd calendars', () => {
  test.each([
    ['30 2 * * *', ['*-*-* 02:30:00 UTC']],
    ['*/15 * * * *', ['*-*-* *:00,15,30,45:00 UTC']],
    ['0 9-17 * * 1-5', ['Mon..Fri *-*-* 09..17:00:00 UTC']],
    ['0 0 * * 0', ['Sun *-*-* 00:00:00 UTC']],
    ['0 0 * * 5-7', ['Fri..Sun *-*-* 00:00:00 UTC']],
    ['0 0 1,15 * *', ['*-*-01,15 00:00:00 UTC']],
    ['0 0 1 1,6 *', ['*-01,06-01 00:00:00 UTC']],
    // cron joins the two day fields with OR, systemd with AND.
    ['0 0 13 * 5', ['Fri *-*-* 00:00:00 UTC', '*-*-13 00:00:00 UTC']],
    ['0 0 1-31 6 5', ['*-06-* 00:00:00 UTC']],
    ['0 0 * * 0-6', ['*-*-* 00:00:00 UTC']],
  ])('%s is %j', (text, expected) => {
    expect(calendars(text)).toEqual(expected);
  });
});
