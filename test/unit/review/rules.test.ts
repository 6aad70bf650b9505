import { describe, expect, test } from '@jest/globals';
import { change, lines, reviewStates, STATE, without, type State } from '../../support/review.js';

/** What `after` means, compared with the plain state. */
function meaning(after: State, before: State = STATE): string[] {
  return lines(reviewStates(before, after));
}

const wiki = 'services/wiki.yml';
const policy = 'stowage.yml';
const backup = (block: string, state: State = STATE): State => ({
  ...state,
  [wiki]: `${state[wiki] ?? ''}backup:\n  ${block}\n`,
});

test('nothing changes: nothing is found', () => {
  expect(meaning(STATE)).toEqual([]);
});

describe('coverage', () => {
  test('a volume leaves its contract', () => {
    const after = change(wiki, '    - { name: config, path: /etc/wiki }\n', '');
    expect(meaning(after)).toEqual(['STW801 critical wiki/config services/wiki.yml:6']);
  });

  test('a volume is waived, and comes back', () => {
    const after = backup('volumes: { config: { enabled: false, reason: made by Ansible } }');
    const [finding] = reviewStates(STATE, after);
    expect(finding).toMatchObject({ code: 'STW802', severity: 'critical', after: 'waived: made by Ansible' });
    expect(meaning(after)).toEqual(['STW802 critical wiki/config services/wiki.yml:15']);
    expect(meaning(STATE, after)).toEqual(['STW840 info wiki/config services/wiki.yml:7']);
  });

  test('a volume is renamed: by its path or by its data', () => {
    const samePath = change(wiki, '- { name: config, path', '- { name: settings, path');
    expect(meaning(samePath)).toEqual([
      'STW803 critical wiki/config services/wiki.yml:7',
      'STW840 info wiki/settings services/wiki.yml:7',
    ]);
  });

  test('a service is gone; its file still says where it was', () => {
    expect(meaning(without(wiki))).toEqual([
      'STW801 critical wiki/config services/wiki.yml:7',
      'STW801 critical wiki/files services/wiki.yml:8',
    ]);
  });

  test('a service is renamed: data that is not named after it, and data that is', () => {
    const after = change(wiki, 'service_id: wiki', 'service_id: pages');
    expect(meaning(after)).toEqual([
      'STW803 critical wiki/config services/wiki.yml:1',
      'STW803 critical wiki/files services/wiki.yml:1',
      'STW840 info pages/config services/wiki.yml:7',
      'STW840 info pages/files services/wiki.yml:8',
    ]);
  });

  test('a service is gone while another one uses its folder', () => {
    const after = change('services/blog.yml', '/srv/blog/config', '/srv/wiki/config', without(wiki));
    expect(meaning(after)).toContain('STW804 critical wiki/config services/wiki.yml:7');
  });

  test('a place is gone while another one stays', () => {
    const two = change(
      policy,
      'services: ["*"] }\n',
      'services: ["*"] }\n  - { runtime: docker, host: nas1, services: [wiki] }\n',
    );
    expect(meaning(two)).toEqual([
      'STW840 info wiki/config services/wiki.yml:7',
      'STW840 info wiki/files services/wiki.yml:8',
    ]);
    expect(meaning(STATE, two)).toEqual([
      'STW805 critical wiki/config stowage.yml:15',
      'STW805 critical wiki/files stowage.yml:15',
    ]);
  });

  describe('nodes that each back up hostPaths of their own', () => {
    const cluster = (kubernetes: string, deployment = ''): State => ({
      'stowage.yml': [
        'version: 1',
        'contracts: services/*.yml',
        'defaults: { repository: main }',
        'repositories:',
        '  main: { url: "rest:https://b.example/x", password_file: /etc/p, kubernetes_secret: restic, maintenance: { namespace: backup } }',
        `runtimes: { kubernetes: { ${kubernetes} } }`,
        `deployments: [{ runtime: kubernetes, services: ["*"]${deployment} }]`,
        'project: lab',
        '',
      ].join('\n'),
      'services/agent.yml': [
        'service_id: agent',
        'service_namespace: edge',
        'runtime_templates: { kubernetes: x }',
        'mounts: { persistent_volumes: [{ name: data, path: /data }, { name: db, path: /db }] }',
        'service_volumes: [{ name: data, target: /data, host_path: /srv/agent }, { name: db, target: /db }]',
        'backup: { volumes: { db: { claim: agent-data } } }',
        'service_security: { run_as_user: 1000 }',
        '',
      ].join('\n'),
    });
    const onNodes = (labels: string) => `host_path_mode: daemonset, node_selector: { ${labels} }`;
    const lost = (line: number) => `STW805 critical agent/data stowage.yml:${line}`;
    const usual = cluster(onNodes('disk: big, rack: a'));

    test('other nodes: those that leave had data of their own', () => {
      expect(reviewStates(usual, cluster(onNodes('disk: big, rack: b')))).toMatchObject([
        {
          code: 'STW805',
          severity: 'critical',
          before: 'nodes with disk=big, rack=a',
          after: 'nodes with disk=big, rack=b',
        },
      ]);
      expect(meaning(cluster(onNodes('disk: big, rack: b')), usual)).toEqual([lost(6)]);
    });

    test('the nodes of a deployment, in place of those of the runtime', () => {
      const own = cluster(onNodes('disk: big, rack: a'), ', node_selector: { gpu: "yes" }');
      expect(meaning(own, usual)).toEqual([lost(7)]);
      expect(meaning(usual, own)).toEqual([lost(6)]);
      const same = cluster(onNodes('disk: big, rack: a'), ', node_selector: { rack: a, disk: big }');
      expect(meaning(same, usual)).toEqual([]);
    });

    test('more nodes lose none, and fewer labels select more', () => {
      expect(meaning(cluster(onNodes('disk: big')), usual)).toEqual([]);
      expect(meaning(usual, cluster(onNodes('disk: big')))).toEqual([lost(6)]);
      expect(meaning(cluster('host_path_mode: daemonset'), usual)).toEqual([]);
    });

    test('one job that follows the workload, in place of one on every node', () => {
      expect(meaning(cluster('host_path_mode: cronjob'), usual)).toContain(lost(6));
      expect(meaning(usual, cluster('host_path_mode: cronjob'))).not.toContain(lost(6));
    });
  });

  test('a service that nothing deploys any more', () => {
    const after = change(policy, 'services: ["*"]', 'services: [blog]');
    expect(meaning(after)).toEqual([
      'STW805 critical wiki/config stowage.yml:16',
      'STW805 critical wiki/files stowage.yml:16',
      'STW833 warning wiki services/wiki.yml:1',
    ]);
  });
});

describe('history', () => {
  test('another directory keeps it', () => {
    const after = change(wiki, '/srv/wiki/config', '/data/wiki/config');
    expect(reviewStates(STATE, after)).toMatchObject([
      { code: 'STW842', severity: 'info', before: '/srv/wiki/config', after: '/data/wiki/config' },
    ]);
  });

  test('a folder inside the old one is only a part of it', () => {
    const after = change(wiki, '/srv/wiki/config', '/srv/wiki/config/new');
    expect(meaning(after)).toEqual(['STW828 warning wiki/config services/wiki.yml:3']);
    expect(meaning(STATE, after)).toEqual(['STW842 info wiki/config services/wiki.yml:3']);
  });

  test('another runtime on the host keeps it', () => {
    const found = meaning(change(policy, 'runtime: docker, host: web1', 'runtime: podman, host: web1'));
    expect(new Set(found.map((line) => line.split(' ').slice(0, 2).join(' ')))).toEqual(
      new Set(['STW842 info']),
    );
  });

  test('another host keeps it; the timers of the old one have to be removed there', () => {
    const after = change(policy, 'runtime: docker, host: web1', 'runtime: docker, host: web2');
    const [finding, ...rest] = reviewStates(STATE, after);
    expect(finding).toMatchObject({
      ...{
        code: 'STW831',
        severity: 'warning',
        host: 'web1',
        before: 'docker on web1',
        after: 'docker on web2',
      },
      message: expect.stringContaining('`blog`, `wiki` moved away from'),
      hint: expect.stringContaining('`install.sh --uninstall` there first, from the `hosts/web1`'),
      span: { file: policy, line: 16 },
    });
    expect(new Set(rest.map(({ code }) => code))).toEqual(new Set(['STW842']));
  });

  test('a host that keeps other services is installed again, also by its user', () => {
    const split = (wikiHost: string, more = ''): State =>
      change(
        policy,
        '  - { runtime: docker, host: web1, services: ["*"] }',
        `  - { runtime: docker, host: web1, services: [blog] }\n  - { runtime: podman, host: ${wikiHost}, services: [wiki] }`,
        { ...STATE, [wiki]: `${STATE[wiki] ?? ''}${more}` },
      );
    const found = (before: State, after: State) =>
      reviewStates(before, after).filter(({ code }) => code === 'STW831');
    expect(found(split('web1'), split('web2'))).toMatchObject([
      { service: 'wiki', hint: expect.stringContaining('run `hosts/web1/install.sh` there') },
    ]);
    const rootless = 'quadlet_scope: user\n';
    expect(found(split('web1', rootless), split('web1'))).toMatchObject([
      { service: 'wiki', hint: expect.stringContaining('from the `hosts/web1/user`') },
    ]);
  });

  test('a guest dump in place of folders does not', () => {
    const guest = `${STATE[wiki] ?? ''}service_container: { vmid: 105 }\n`;
    const before = { ...STATE, [wiki]: guest };
    const after = change(policy, 'runtime: docker, host: web1', 'runtime: proxmox, host: web1', before);
    const found = meaning(
      change(
        'services/blog.yml',
        'proxmox: proxmox.yml.j2',
        'proxmox: p\nservice_container: { vmid: 106 }',
        after,
      ),
      before,
    );
    expect(found).toContain('STW803 critical wiki/files stowage.yml:16');
    expect(found).toContain('STW842 info wiki/config stowage.yml:16');
  });

  test('a host of snapshots that changes', () => {
    const after = change(
      policy,
      'services: ["*"]',
      'services: [blog], snapshot_host: all }\n  - { runtime: docker, host: web1, services: [wiki]',
    );
    expect(reviewStates(STATE, after)).toMatchObject([
      {
        code: 'STW811',
        service: 'blog',
        before: 'host blog, tag service:blog',
        after: 'host all, tag service:blog',
      },
    ]);
  });

  test('another repository, and another address of the same one', () => {
    const own = backup('repository: other');
    expect(meaning(own)).toEqual([
      'STW810 critical wiki services/wiki.yml:15',
      'STW833 warning wiki services/wiki.yml:1',
    ]);
    expect(meaning(STATE, own)).toEqual([
      'STW810 critical wiki services/wiki.yml:1',
      'STW813 critical stowage.yml:8',
    ]);
    const url = change(policy, 'backup1.example:8000', 'backup3.example:8000');
    expect(meaning(url)).toEqual([
      'STW810 critical blog stowage.yml:5',
      'STW810 critical wiki stowage.yml:5',
    ]);
  });

  test('another spelling or name of the same repository is none', () => {
    expect(meaning(change(policy, '8000/home\n', '8000/home/\n'))).toEqual([]);
    const renamed = change(
      policy,
      'repository: main',
      'repository: first',
      change(policy, '  main:', '  first:'),
    );
    expect(meaning(renamed)).toEqual([]);
  });

  test('a host that takes a local repository along leaves the history behind', () => {
    const local = change(policy, 'rest:https://backup1.example:8000/home', '/srv/restic');
    expect(meaning(change(policy, 'host: web1', 'host: web2', local), local)).toEqual(
      expect.arrayContaining(['STW810 critical blog stowage.yml:16', 'STW810 critical wiki stowage.yml:16']),
    );
  });
});

describe('retention', () => {
  test('shorter: how many snapshots the next forget removes', () => {
    const after = backup('retention: { keep_daily: 3, keep_weekly: 4 }');
    expect(reviewStates(STATE, after)).toMatchObject([
      {
        code: 'STW812',
        severity: 'critical',
        service: 'wiki',
        before: 'keep-daily 7, keep-weekly 4',
        after: 'keep-daily 3, keep-weekly 4',
        message: expect.stringMatching(/remove [34] of the (9|10|11) snapshots/),
        span: { file: wiki, line: 15 },
      },
    ]);
  });

  test('longer', () => {
    const after = change(policy, 'keep_daily: 7', 'keep_daily: 14');
    expect(meaning(after)).toEqual(['STW843 info blog stowage.yml:14', 'STW843 info wiki stowage.yml:14']);
  });

  test('the same number of snapshots, made more often, covers less time', () => {
    const before = change(policy, '{ keep_daily: 7, keep_weekly: 4 }', '{ keep_last: 10 }');
    const found = meaning(change(policy, '"0 1 * * *"', '"0 * * * *"', before), before);
    expect(found).toContain('STW812 critical wiki stowage.yml:12');
    expect(meaning(change(policy, '"0 1 * * *"', '"0 * * * *"'))).not.toContain(
      'STW812 critical wiki stowage.yml:12',
    );
  });
});

describe('times', () => {
  test('other times, and fewer', () => {
    expect(meaning(change(policy, '"0 1 * * *"', '"0 2 * * *"'))).toEqual([
      'STW841 info blog stowage.yml:12',
      'STW841 info wiki stowage.yml:12',
    ]);
    expect(reviewStates(STATE, backup('schedule: "0 1 * * 0"'))).toMatchObject([
      {
        code: 'STW820',
        severity: 'warning',
        before: 'every 1d at worst',
        after: 'every 7d at worst',
        span: { line: 15 },
      },
    ]);
  });

  test('a time zone that changes its clocks loses nothing', () => {
    const after = change(policy, '"0 1 * * *"', '"0 1 * * *"\n  timezone: Europe/Berlin');
    expect(meaning(after).filter((line) => !line.includes('info'))).toEqual([]);
  });
});

describe('contents', () => {
  test('an exclude that leaves out a whole volume, and one that does not', () => {
    expect(meaning(backup('exclude: [config]'))).toEqual([
      'STW821 warning wiki/config services/wiki.yml:15',
      'STW845 info wiki services/wiki.yml:15',
    ]);
    expect(meaning(backup('volumes: { files: { exclude: ["*"] } }'))).toEqual([
      'STW821 warning wiki/files services/wiki.yml:15',
      'STW845 info wiki services/wiki.yml:15',
    ]);
    expect(meaning(backup('exclude: ["*.tmp", "**/cache/**"]'))).toEqual([
      'STW845 info wiki services/wiki.yml:15',
    ]);
  });

  test('a new volume that an old pattern leaves out', () => {
    const before = backup('exclude: [media]');
    const after = change(
      wiki,
      '    - { name: config, path: /etc/wiki }\n',
      '    - { name: config, path: /etc/wiki }\n    - { name: media, path: /var/lib/wiki/media }\n',
      before,
    );
    expect(meaning(after, before)).toContain('STW821 warning wiki/media services/wiki.yml:16');
  });

  test('safeguards that are turned off', () => {
    expect(meaning(backup('accept_incomplete: true'))).toEqual(['STW827 warning wiki services/wiki.yml:15']);
    expect(meaning(backup('volumes: { files: { allow_empty: true } }'))).toEqual([
      'STW827 warning wiki/files services/wiki.yml:15',
    ]);
    expect(meaning(STATE, backup('accept_incomplete: true'))).toEqual([]);
  });
});
