import { describe, expect, test } from '@jest/globals';
import { objectsOf } from './objects.js';
import { contract, renderProject, type Json } from './project.js';

const METHODS = ['velero', 'volsync', 'k8up'] as const;
const BUILT_IN = { schedule: '15 0 * * *', spread: '0m' };
/** But for what every project with VolSync is told. */
const saidOf = (rendered: ReturnType<typeof renderProject>) =>
  rendered.diagnostics.filter(({ code }) => code !== 'STW553');
const found = (rendered: ReturnType<typeof renderProject>) =>
  saidOf(rendered).map(({ code, severity, span }) => `${code} ${severity} ${span.file}`);

describe.each(METHODS)('what %s cannot honour', (method) => {
  const project = (backup: Json, defaults: Json = {}, more: Json = {}) =>
    renderProject(
      [contract('wiki', { backup }), contract('git')],
      { method },
      {
        defaults: { repository: 'main', ...BUILT_IN, ...defaults },
        ...more,
      },
    );
  const unheard = Object.entries({
    exclude: ['**/cache/**'],
    timeout: '2h',
    retry_lock: '10m',
    accept_incomplete: true,
  }).filter(([key]) => method !== 'k8up' || key !== 'timeout');

  test.each(unheard)('%s is an error in a contract', (key, value) => {
    const { diagnostics, files } = project({ [key]: value });
    const errors = diagnostics.filter(({ severity }) => severity === 'error');
    expect(errors.map(({ code }) => code)).toEqual(['STW559']);
    expect(errors[0]?.message).toContain(`\`method: ${method}\` does not honour \`${key}\``);
    expect(errors[0]?.span.file).toBe('services/wiki.yml');
    expect(files).toEqual([]);
  });

  test.each([
    ['exclude', { data: { exclude: ['cache'] } }],
    ['allow_empty', { data: { allow_empty: true } }],
  ])('%s of a volume is an error', (key, volumes) => {
    const diagnostics = saidOf(project({ volumes }));
    expect(diagnostics.map(({ code, severity }) => `${code} ${severity}`)).toEqual(['STW559 error']);
    expect(diagnostics[0]?.message).toContain(`\`${key}\``);
  });

  test('one that is handed down is a warning for each key, and the plan does not list it', () => {
    const rendered = project({}, Object.fromEntries(unheard));
    expect(found(rendered)).toEqual(unheard.map(() => 'STW559 warning stowage.yml'));
    expect(rendered.text('.stowage/plan.json')).not.toContain('**/cache/**');
    // Markdown puts a backslash before what it could read otherwise.
    const page = rendered
      .text('runbooks/wiki.md')
      .replaceAll(/&#95;|\\/g, (text) => (text === '\\' ? '' : '_'));
    expect(page).toContain(`says of ${unheard.map(([key]) => key).join(', ')} is not done.`);
    for (const service of rendered.plan?.services ?? []) {
      expect(service).toMatchObject({
        exclude: [],
        timeout: method === 'k8up' ? 720 : null,
        retry_lock: null,
        accept_incomplete: false,
      });
      expect(service.placements[0]?.not_honoured).toEqual(unheard.map(([key]) => key));
    }
  });

  test('what the program fills in by itself says nothing', () => {
    const rendered = project({ exclude: [], accept_incomplete: false });
    expect(found(rendered)).toEqual([]);
    expect(rendered.plan?.services[0]?.placements[0]).not.toHaveProperty('not_honoured');
  });

  test('a service that is on a host too keeps what its job there does', () => {
    const rendered = renderProject(
      [contract('wiki', { runtime_templates: { kubernetes: 'k', docker: 'd' } })],
      { method },
      {
        defaults: { repository: 'main', ...BUILT_IN, exclude: ['**/cache/**'] },
        deployments: [
          { runtime: 'kubernetes', services: ['wiki'] },
          { runtime: 'docker', host: 'web1', services: ['wiki'], snapshot_host: 'wiki-docker' },
        ],
      },
    );
    const { plan } = rendered;
    expect(saidOf(rendered).map(({ code }) => code)).toEqual(['STW559']);
    expect(plan?.services[0]).toMatchObject({ exclude: ['**/cache/**'], timeout: 720 });
    expect(plan?.services[0]?.placements.map((one) => one.not_honoured)).toEqual([['exclude'], undefined]);
  });
});

describe('time zones', () => {
  const at = (method: string, timezone: string, schedule: string) => {
    const rendered = renderProject(
      [contract('wiki')],
      { method },
      {
        defaults: { repository: 'main', schedule, timezone, spread: '0m' },
        repositories: {
          main: {
            url: 'rest:http://b:8000/',
            kubernetes_secret: 's',
            margin: '0m',
            maintenance: { namespace: 'backup' },
          },
        },
      },
    );
    const [object] = objectsOf(
      rendered.text(`kubernetes/apps/${method === 'volsync' ? 'volsync/wiki/wiki-data' : 'wiki'}.yaml`),
    );
    const { spec } = object as { spec: Record<string, unknown> };
    const planned = rendered.plan?.jobs.find(({ service }) => service === 'wiki')?.schedule;
    return {
      spec: JSON.stringify(spec),
      planned: `${planned?.cron ?? ''} ${planned?.timezone ?? ''}`,
      said: rendered.diagnostics.filter(({ code }) => code.startsWith('STW58')).map(({ message }) => message),
    };
  };

  test.each([
    ['Asia/Tokyo', '30 2 * * *', '30 17 * * *'],
    ['Asia/Tokyo', '30 2 * * 0', '30 17 * * 6'],
    ['Asia/Kolkata', '0 9 * * *', '30 3 * * *'],
    ['Asia/Kolkata', '*/20 * * * *', '10,30,50 * * * *'],
    ['America/Phoenix', '0 20 * * 6', '0 3 * * 0'],
    ['America/Phoenix', '0 2 1 * *', '0 9 1 * *'],
  ])('VolSync is told %s %s as %s, silently', (timezone, schedule, cron) => {
    const { spec, planned, said } = at('volsync', timezone, schedule);
    expect(planned).toBe(`${cron} UTC`);
    expect(spec).toContain(`"schedule":"${cron}"`);
    expect(said).toEqual([]);
  });

  test('VolSync runs early for the part of the year in which clocks are otherwise', () => {
    const { planned, said } = at('volsync', 'Europe/Berlin', '30 2 * * *');
    expect(planned).toBe('30 0 * * * UTC');
    expect(said).toEqual([expect.stringContaining('its backups run 1h early on 156 days of the year')]);
  });

  test('what no line of cron says in UTC is said to run at another time', () => {
    const { planned, said } = at('volsync', 'Asia/Tokyo', '0 3 1 * *');
    expect(planned).toBe('0 3 1 * * UTC');
    expect(said).toEqual([
      expect.stringContaining('no line of cron says `0 3 1 * *` in UTC, so it runs 9h late'),
    ]);
    expect(at('volsync', 'Pacific/Auckland', '0 1 1 * *').said).toEqual([
      expect.stringMatching(/runs 13h late on \d+ days of the year, and 12h late on \d+ days/),
    ]);
  });

  test.each(['velero', 'k8up'])('%s takes the zone itself', (method) => {
    const { spec, planned, said } = at(method, 'Europe/Berlin', '15 0 * * *');
    expect(planned).toBe('15 0 * * * Europe/Berlin');
    expect(spec).toContain('"schedule":"CRON_TZ=Europe/Berlin 15 0 * * *"');
    expect(said).toEqual([]);
  });
});
