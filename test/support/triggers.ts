import { load } from 'js-yaml';
import type { Job } from '../../src/model/job.js';
import { plainCron } from '../../src/runtimes/kubernetes/render/timing.js';

interface Timed {
  readonly schedule: string;
}

interface Manifest {
  readonly kind: string;
  readonly apiVersion: string;
  readonly metadata?: { readonly name: string; readonly namespace: string };
  readonly spec?: Timed & {
    readonly timeZone: string;
    readonly trigger: Timed;
  } & Readonly<Record<'backup' | 'check' | 'prune', Timed>>;
}

/** Everything in a tree that starts a job, read from its text alone: `file|namespace/name|entry|times`, sorted. */
export function triggersIn(files: readonly { readonly path: string; readonly content: string }[]): string[] {
  const texts = new Map(files.map(({ path, content }) => [path, content]));
  return files
    .flatMap(({ path, content }): string[] => {
      if (path.endsWith('.timer')) {
        const times = [...content.matchAll(/^OnCalendar=(.*)$/gm)].map(([, time]) => time);
        // One that knows no time comes after a boot, for what jobs left undone.
        if (times.length === 0) return [];
        return [`${path}|${path.replace(/^.*\//, '').replace(/\.timer$/, '')}||${times.join(';')}`];
      }
      if (!/^kubernetes\/.*\.yaml$/.test(path)) return [];
      const crontab = texts.get(path.replace(/yaml$/, 'crontab.yaml')) ?? '';
      return inManifest(path, load(content) as Manifest, content + crontab);
    })
    .sort();
}

function inManifest(path: string, { kind, apiVersion, metadata, spec }: Manifest, content: string): string[] {
  if (metadata === undefined || spec === undefined) return [];
  const at = `${path}|${metadata.namespace}/${metadata.name}`;
  switch (kind) {
    case 'CronJob':
      return [`${at}||${spec.timeZone} ${spec.schedule}`];
    case 'DaemonSet': {
      const [, zone = ''] = /name: TZ\n +value: "?([^"\n]+)/.exec(content) ?? [];
      const lines = content.matchAll(/^ *((?:\S+ ){5})\/bin\/sh \/etc\/stowage-jobs\/(\S+)\.sh/gm);
      return [...lines].map(([, cron = '', id = '']) => `${at}|${id}|${zone} ${cron.trim()}`);
    }
    case 'ReplicationSource':
      return [`${at}||${spec.trigger.schedule}`];
    case 'Schedule':
      if (apiVersion.startsWith('velero.io')) return [`${at}||${spec.schedule}`];
      return (['backup', 'check', 'prune'] as const).map((entry) => `${at}|${entry}|${spec[entry].schedule}`);
    default:
      return [];
  }
}

/** What the plan says of the same. */
export function triggersOf(jobs: readonly Job[]): string[] {
  return jobs.map(triggerOf).sort();
}

function triggerOf({ backend, object, schedule }: Job): string {
  const { file, name, entry, namespace } = object;
  const at = `${file}|${namespace === null ? '' : `${namespace}/`}${name}|${entry ?? ''}`;
  const { cron, timezone, on_calendar } = schedule;
  switch (backend) {
    case 'systemd':
    case 'systemd-user':
      return `${at}|${on_calendar.join(';')}`;
    case 'velero':
    case 'k8up':
      return `${at}|${timezone === 'UTC' ? cron : `CRON_TZ=${timezone} ${cron}`}`;
    case 'volsync':
      return `${at}|${plainCron(cron)}`;
    default:
      return `${at}|${timezone} ${cron}`;
  }
}
