import { renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { sarifErrors } from '../support/sarif-schema.js';
import { contract, put, read, stowage } from './program.js';
import { commit, diff, edit, folder, json, type Finding } from './repository.js';

describe('exit codes', () => {
  test('0: nothing, or nothing as severe as asked; 1: findings; whatever the format', () => {
    expect(diff('--base', 'HEAD')).toEqual({
      code: 0,
      out: 'no rendered file changes\nverdict: none (no findings)\n',
      err: '',
    });
    edit('services/wiki.yml', '    - { name: data, path: /data }\n', '');
    const all = ['text', 'json', 'markdown', 'sarif', 'github'];
    expect(all.map((format) => diff('--base', 'HEAD', '--format', format).code)).toEqual([1, 1, 1, 1, 1]);
    expect(diff('--base', 'HEAD', '--fail-on', 'none').code).toBe(0);
    expect(diff('--base', 'HEAD', '--fail-on', 'warning').code).toBe(1);
  });

  test('a warning fails on request only', () => {
    put(folder, 'services/wiki.yml', `${contract('wiki')}  accept_incomplete: true\n`);
    expect(json().verdict).toBe('warning');
    expect(diff('--base', 'HEAD').code).toBe(0);
    expect(diff('--base', 'HEAD', '--fail-on', 'warning').code).toBe(1);
  });

  test('1: a working tree that is not valid; its mistakes are the result', () => {
    put(folder, 'services/blog.yml', 'service_id: [');
    const text = diff('--base', 'HEAD');
    expect([text.code, text.out]).toEqual([1, expect.stringContaining('services/blog.yml:1')]);
    const { diagnostics } = JSON.parse(diff('--base', 'HEAD', '--format', 'json').out) as {
      diagnostics: unknown[];
    };
    expect(diagnostics.length).toBeGreaterThan(0);
    const markdown = diff('--base', 'HEAD', '--format', 'markdown');
    expect(markdown.out).toMatch(/^\*\*Backup review: not possible\*\* – /);
    expect(diff('--base', 'HEAD', '--format', 'github').out).toMatch(/^::error file=services\/blog.yml/);
  });

  test.each([
    [[], 'nothing to compare with'],
    [['--base', 'HEAD', '--from', '.'], 'exclude each other'],
    [['--base', 'no-such-branch'], 'git knows no such commit'],
    [['--base=--all'], 'not the name of a commit'],
    [['--base', 'HEAD:services'], 'git knows no such commit'],
    [['--base', ''], '`--base` is empty'],
    [['--base', 'HEAD', '--base', 'HEAD'], 'more than once'],
    [['--base', 'HEAD', '--format', 'junit'], '"junit"'],
    [['--base', 'HEAD', '--fail-on', 'info'], '"info"'],
    [['--from', 'nowhere'], 'cannot be read'],
    [['--from', 'services'], 'a rendered tree with'],
  ])('2: %j', (args, message) => {
    const { code, out, err } = diff(...args);
    expect([code, out]).toEqual([2, '']);
    expect(err).toContain(message);
    expect(err).not.toContain('bug');
  });

  test('2: no git repository, no git', () => {
    rmSync(join(folder, '.git'), { recursive: true });
    expect(diff('--base', 'HEAD')).toMatchObject({
      code: 2,
      err: expect.stringContaining('not a git repository'),
    });
    const run = stowage(folder, ['diff', '--base', 'HEAD'], { PATH: '/nowhere' });
    expect(run).toMatchObject({ code: 2, err: expect.stringContaining('git is not installed') });
  });
});

describe('planted changes: severity and place', () => {
  const plant: readonly (readonly [string, () => void, Partial<Finding>])[] = [
    [
      'a volume is removed',
      () => {
        edit('services/wiki.yml', '    - { name: data, path: /data }\n', '');
      },
      { severity: 'critical', service: 'wiki', volume: 'data', file: 'services/wiki.yml', line: 7 },
    ],
    [
      'a volume is waived',
      () => {
        edit(
          'services/wiki.yml',
          '    cache:',
          '    data: { enabled: false, reason: too large }\n    cache:',
        );
      },
      {
        severity: 'critical',
        volume: 'data',
        after: 'waived: too large',
        file: 'services/wiki.yml',
        line: 15,
      },
    ],
    [
      'a volume is renamed',
      () => {
        edit('services/wiki.yml', '    - { name: config, path', '    - { name: settings, path');
      },
      { severity: 'critical', volume: 'config', after: '/backup/wiki/settings', file: 'services/wiki.yml' },
    ],
    [
      'a service is gone while another uses its folder',
      () => {
        rmSync(join(folder, 'services/wiki.yml'));
        edit('services/blog.yml', '/srv/blog', '/srv/wiki');
      },
      {
        severity: 'critical',
        service: 'wiki',
        volume: 'config',
        after: 'blog',
        file: 'services/wiki.yml',
        line: 8,
      },
    ],
    [
      'another repository',
      () => {
        edit('stowage.yml', 'backup1.example:8000', 'backup2.example:8000');
      },
      { severity: 'critical', service: 'wiki', file: 'stowage.yml', line: 5 },
    ],
    [
      'shorter retention',
      () => {
        edit('stowage.yml', 'keep_daily: 7', 'keep_daily: 2');
      },
      {
        severity: 'critical',
        before: 'keep-daily 7',
        after: 'keep-daily 2',
        message: expect.stringContaining('would remove 5 of the 7 snapshots') as unknown as string,
        line: 11,
      },
    ],
    [
      'another host of snapshots',
      () => {
        edit(
          'stowage.yml',
          'services: ["*"]',
          'services: [blog], snapshot_host: all }\n  - { runtime: docker, host: web1, services: [wiki]',
        );
      },
      {
        severity: 'critical',
        service: 'blog',
        after: 'host all, tag service:blog',
        file: 'stowage.yml',
        line: 13,
      },
    ],
    [
      'no check of the data',
      () => {
        edit(
          'stowage.yml',
          'maintenance:',
          'check: { schedule: "45 5 * * 0", read_data_subsets: null }\n    maintenance:',
        );
      },
      { severity: 'critical', after: 'reads no data', file: 'stowage.yml', line: 7 },
    ],
    [
      'a longer worst case',
      () => {
        edit('stowage.yml', '"@daily"', '"@weekly"');
      },
      { severity: 'warning', service: 'blog', before: 'every 1d at worst', file: 'stowage.yml', line: 10 },
    ],
    [
      'an exclude of everything',
      () => {
        edit('stowage.yml', '  retention:', '  exclude: ["**"]\n  retention:');
      },
      { severity: 'warning', volume: 'data', after: '**', file: 'stowage.yml', line: 11 },
    ],
    [
      'a command that runs as root',
      () => {
        const template = read(process.cwd(), 'templates/systemd/backup.service.hbs');
        put(
          folder,
          'own/systemd/backup.service.hbs',
          template.replace('ExecStart=', 'ExecStartPre=+/bin/hook\nExecStart='),
        );
        edit('stowage.yml', 'deployments:', 'templates: own\ndeployments:');
      },
      { severity: 'warning', after: 'ExecStartPre=+/bin/hook', file: 'own/systemd/backup.service.hbs' },
    ],
    [
      'maintenance in a collision',
      () => {
        edit('stowage.yml', 'maintenance:', 'forget: "10 0 * * *"\n    maintenance:');
        edit('stowage.yml', 'retention:', 'spread: 0m\n  retention:');
      },
      { severity: 'warning', before: '15 4 * * * UTC', file: 'stowage.yml', line: 7 },
    ],
    [
      'other times',
      () => {
        edit('stowage.yml', '"@daily"', '"0 8 * * *"');
      },
      { severity: 'info', service: 'wiki', file: 'stowage.yml', line: 10 },
    ],
    [
      'more coverage',
      () => {
        put(folder, 'services/news.yml', contract('news'));
      },
      { severity: 'info', service: 'news', volume: 'data', file: 'services/news.yml', line: 9 },
    ],
    [
      'another directory',
      () => {
        edit('services/wiki.yml', '/srv/wiki', '/data/wiki');
      },
      { severity: 'info', volume: 'config', before: '/srv/wiki', after: '/data/wiki' },
    ],
  ];

  test.each(plant)('%s', (_name, doIt, expected) => {
    doIt();
    const { findings, verdict } = json();
    expect(findings).toContainEqual(expect.objectContaining(expected));
    expect(verdict).toBe(findings[0]?.severity);
    const ranks = findings.map(({ severity }) => ['critical', 'warning', 'info'].indexOf(severity));
    expect(ranks).toEqual([...ranks].sort((a, b) => a - b));
  });

  test('exactly the keys of the interface, in order', () => {
    edit('services/wiki.yml', '/srv/wiki', '/data/wiki');
    const result = json();
    expect(Object.keys(result)).toEqual(['verdict', 'findings', 'files']);
    expect(Object.keys(result.findings[0] ?? {}).join(' ')).toBe(
      'code severity service volume runtime host before after message file line',
    );
    expect(Object.keys(result.files)).toEqual(['added', 'changed', 'removed']);
    expect(result.files.changed).toContain('hosts/web1/systemd/stowage-lab-backup-wiki.service');
    expect(result.files.changed.some((path) => path.includes('blog'))).toBe(false);
  });
});

test('no noise: moving a contract to another file changes no rendered file', () => {
  renameSync(join(folder, 'services/wiki.yml'), join(folder, 'services/pages.yml'));
  expect(json()).toEqual({ verdict: 'none', findings: [], files: { added: [], changed: [], removed: [] } });
});

describe('a comment', () => {
  test('leads with the verdict, folds files, and cannot be broken out of', () => {
    const reason = 'x](http://evil) <img src=x> @everyone ``` </details> | `a` # b';
    edit('services/wiki.yml', '    cache:', `    data: { enabled: false, reason: '${reason}' }\n    cache:`);
    const { out } = diff('--base', 'HEAD', '--format', 'markdown');
    expect(out).toMatch(/^\*\*Backup review: critical\*\* – 1 critical; \d+ rendered files change\.\n/);
    const outside = out
      .replace(/^(`{3,})diff\n[^]*?^\1$/gm, '')
      .replace(/(?<!`)(`+)(?!`)[^]*?(?<!`)\1(?!`)/g, '');
    expect(outside).not.toMatch(/evil|<img|@everyone/);
    const count = (part: string) => outside.split(part).length - 1;
    expect(count('<details>')).toBe(count('</details>'));
    expect(count('<details>')).toBeGreaterThan(3);
  });

  test('a change of a hundred and fifty services fits, and sums equal findings up', () => {
    for (let index = 0; index < 150; index += 1) {
      writeFileSync(join(folder, `services/s${index}.yml`), contract(`s${index}`));
    }
    commit(folder);
    edit('stowage.yml', 'backup1.example:8000', 'backup2.example:8000');
    edit('stowage.yml', 'keep_daily: 7', 'keep_daily: 2');
    const { code, out } = diff('--base', 'HEAD', '--format', 'markdown');
    expect(code).toBe(1);
    expect(out.length).toBeLessThanOrEqual(65_536);
    expect(out).toContain('stowage-lab-backup-blog.service</code> changed, and 151 files in the same way');
    expect(out.split('<details>').length).toBeLessThan(30);
    expect(out.match(/The same for 151 more/g)).toHaveLength(2);
    expect(diff('--base', 'HEAD').out.split('\n').length).toBeLessThan(120);
  });
});

test('sarif: a log that its schema takes', () => {
  edit('services/wiki.yml', '    - { name: data, path: /data }\n', '');
  const { out } = diff('--base', 'HEAD', '--format', 'sarif');
  expect(sarifErrors(JSON.parse(out))).toEqual([]);
  expect(out).toContain('"ruleId":"STW801"');
});
