// Times the stages of a render on a synthetic fleet: npm run bench [services]. For people; nothing fails on a time.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { loadProject, planProject, render } from '../../dist/index.js';

const RUNS = 5;
const RUNTIMES = ['docker', 'podman', 'kubernetes', 'proxmox', 'baremetal'];
const services = Number(process.argv[2] ?? 1000);
const folder = mkdtempSync(join(tmpdir(), 'stowage-bench-'));
const program = fileURLToPath(new URL('../../dist/stowage.js', import.meta.url));

function contract(number) {
  const env = Array.from({ length: 30 }, (_, key) => `  - { name: KEY_${key}, value: "value ${key}" }`).join(
    '\n',
  );
  return `service_id: app-${number}
service_name: app-${number}
service_namespace: ns-${number % 50}
service_image: registry.example/app@sha256:${'0'.repeat(64)}
service_env:
${env}
service_container: { vmid: ${1000 + number} }
service_volumes:
  - { name: data-${number}, target: /var/lib/app-${number} }
  - { name: conf-${number}, host_path: /srv/app-${number}/conf, target: /etc/app-${number} }
mounts:
  persistent_volumes:
    - { name: data-${number}, path: /var/lib/app-${number} }
    - { name: conf-${number}, path: /etc/app-${number} }
runtime_templates: { docker: a, podman: b, kubernetes: c, proxmox: d, baremetal: e }
health: { cmd: [curl, --fail, "http://localhost:8080/health"] }
backup:
  volumes:
    conf-${number}: { runtimes: { kubernetes: { enabled: false, reason: not mounted there } } }
`;
}

function makeFleet() {
  mkdirSync(join(folder, 'services'));
  for (let number = 0; number < services; number += 1) {
    writeFileSync(join(folder, 'services', `${number}.yml`), contract(number));
  }
  const deployments = RUNTIMES.flatMap((runtime, index) =>
    Array.from({ length: runtime === 'kubernetes' ? 1 : 20 }, (_, host) => {
      const names = Array.from({ length: services }, (_, number) => number)
        .filter(
          (number) =>
            number % 5 === index && (runtime === 'kubernetes' || Math.floor(number / 5) % 20 === host),
        )
        .map((number) => `app-${number}`);
      const place = runtime === 'kubernetes' ? '' : `, host: ${runtime}-${host}`;
      return names.length === 0
        ? ''
        : `  - { runtime: ${runtime}${place}, services: [${names.join(', ')}] }\n`;
    }),
  );
  writeFileSync(
    join(folder, 'stowage.yml'),
    `version: 1\nproject: lab\ncontracts: services/*.yml\nrepositories:\n  main:\n    url: rest:http://backup:8000/x\n` +
      `    kubernetes_secret: restic-main\n    maintenance: { host: backup1 }\ndeployments:\n${deployments.join('')}`,
  );
}

/** Median milliseconds of a few runs, after one that is not counted. */
function time(label, work) {
  work();
  const times = Array.from({ length: RUNS }, () => {
    const started = performance.now();
    work();
    return performance.now() - started;
  }).sort((a, b) => a - b);
  console.log(`${label.padEnd(34)} ${times[RUNS >> 1].toFixed(0).padStart(7)} ms`);
}

try {
  makeFleet();
  const config = join(folder, 'stowage.yml');
  const project = loadProject(config);
  const { files, diagnostics } = render(project);
  const errors = diagnostics.filter((diagnostic) => diagnostic.severity === 'error');
  if (errors.length > 0) throw new Error(JSON.stringify(errors.slice(0, 3)));
  console.log(`${services} services, ${files.length} files, median of ${RUNS} runs`);
  const run = (...args) => execFileSync(process.execPath, [program, ...args], { stdio: 'ignore' });
  time('load', () => loadProject(config));
  time('plan', () => planProject(project));
  time('plan and render in memory', () => render(project));
  time('stowage --version', () => run('--version'));
  time('stowage validate', () => run('validate', '--config', config));
  time('stowage render, nothing to write', () => run('render', '--config', config));
  time('stowage render, everything to write', () => {
    rmSync(join(folder, 'rendered'), { recursive: true, force: true });
    run('render', '--config', config);
  });
} finally {
  rmSync(folder, { recursive: true });
}
