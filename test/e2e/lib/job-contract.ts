import type { Jobs, Snapshot } from './jobs.js';

/** A job, and what its service is owed. */
export interface PromisedJob {
  readonly service: string;
  /** The folder of one of its volumes on the host, which anyone may write. */
  readonly source: string;
  /** A local repository, which the same host maintains. */
  readonly repository: string;
  readonly repositoryName: string;
  /** How many snapshots of the service forget leaves. */
  readonly keeps: number;
  readonly snapshot: Pick<Snapshot, 'hostname' | 'tags' | 'paths'>;
}

/**
 * The cheap part of what every backup job promises, on a machine with its tree installed: the first promises that are
 * broken, none when all are kept.
 */
export async function contractOfJob(jobs: Jobs, job: PromisedJob): Promise<string[]> {
  for (const broken of PROMISES) {
    const promises = await broken(jobs, job);
    if (promises.length > 0) return promises;
  }
  return [];
}

const PROMISES: readonly ((jobs: Jobs, job: PromisedJob) => Promise<string[]>)[] = [
  timersWithoutService,
  wrongSnapshot,
  writableViews,
  acceptedLoss,
  lossWithoutCheck,
  lostHistory,
  wrongForget,
];

async function timersWithoutService(jobs: Jobs): Promise<string[]> {
  const orphans = await jobs.machine.run(
    'for timer in $(cd /etc/systemd/system && ls | grep "^stowage-.*timer$"); do unit=$(systemctl show -P Unit "$timer"); ' +
      // Any job can be queued, also one that is not there.
      'unit=${unit#stowage-lab-queue@}; [ "$(systemctl show -P LoadState "$unit")" = loaded ] || echo "timer without its service: $timer"; done',
  );
  return orphans.stdout.split('\n').filter(Boolean);
}

async function wrongSnapshot(jobs: Jobs, job: PromisedJob): Promise<string[]> {
  const before = await jobs.snapshots(job.repository);
  const run = await jobs.start(`backup-${job.service}`);
  if (!run.ok) return [`the job fails: ${run.journal}`];
  const made = (await jobs.snapshots(job.repository)).filter(
    ({ id }) => !before.some((old) => old.id === id),
  );
  const promised = JSON.stringify(job.snapshot);
  const seen = made.map(({ hostname, tags, paths }) => JSON.stringify({ hostname, tags, paths }));
  return seen.length === 1 && seen[0] === promised ? [] : [`the snapshot is ${seen.join()}, not ${promised}`];
}

/**
 * The job's own unit, with a command in restic's place that writes where restic reads. It notes in the job's cache what it
 * could write: of a process that ends at once, the journal may not know the unit.
 */
async function writableViews(jobs: Jobs, { service, snapshot }: PromisedJob): Promise<string[]> {
  const noted = '/var/cache/stowage/writable';
  const writes = snapshot.paths.map((view) => `touch ${view}/x && echo ${view} >>${noted}`).join('; ');
  const probe = await jobs.machine.run(
    `cd /etc/systemd/system && sed '/^ExecStart=/,$d' stowage-lab-backup-${service}.service >probe.service &&
    echo "ExecStart=/bin/sh -c '>${noted}; ${writes}; echo done >>${noted}'" >>probe.service && systemctl daemon-reload
    systemctl start probe.service; cat ${noted}; rm -f probe.service ${noted}; systemctl daemon-reload`,
  );
  const seen = probe.stdout.split('\n');
  if (!seen.includes('done'))
    return [`nobody can tell what restic can write: ${probe.stdout}${probe.stderr}`];
  return snapshot.paths.filter((view) => seen.includes(view)).map((view) => `restic can write ${view}`);
}

async function acceptedLoss(jobs: Jobs, { service, source }: PromisedJob): Promise<string[]> {
  const broken: string[] = [];
  const move = ['sh', '-euc', 'mv "$1" "$1.full"; mkdir -m 777 "$1"', 'sh', source];
  await jobs.machine.run(move);
  const run = await jobs.start(`backup-${service}`);
  await jobs.machine.run(['sh', '-euc', 'rmdir "$1"; mv "$1.full" "$1"', 'sh', source]);
  if (run.ok) broken.push('an empty source is recorded as the new state');
  else if (!run.told.includes(`stowage-lab-backup-${service}`)) broken.push('nobody is told of a failure');
  return broken;
}

/** Two guards, each enough: with the check gone, a missing source still stops the job before restic starts. */
async function lossWithoutCheck(jobs: Jobs, { service, source, repository }: PromisedJob): Promise<string[]> {
  const before = await jobs.snapshotIds(repository);
  const unchecked = `/etc/systemd/system/stowage-lab-backup-${service}.service.d`;
  await jobs.machine.write(`${unchecked}/unchecked.conf`, '[Service]\nExecStartPre=\n');
  const move = 'systemctl daemon-reload; mv "$1" "$2"';
  await jobs.machine.run(['sh', '-euc', move, 'sh', source, `${source}.gone`]);
  const run = await jobs.start(`backup-${service}`);
  await jobs.machine.run(['rm', '-r', unchecked]);
  await jobs.machine.run(['sh', '-euc', move, 'sh', `${source}.gone`, source]);
  const made = (await jobs.snapshotIds(repository)).length - before.length;
  return run.ok || made !== 0 ? ['without its check the job leaves a missing source out'] : [];
}

/** A service that gets or loses a volume still has its last snapshot to compare with: nothing is read again. */
async function lostHistory(jobs: Jobs, job: PromisedJob): Promise<string[]> {
  const { hostname, tags } = job.snapshot;
  const options = [`--host=${hostname}`, ...tags.map((tag) => `--tag=${tag}`), '/etc/hostname'];
  await jobs.machine.run([
    `/usr/local/lib/stowage/lab/restic-${job.repositoryName}.sh`,
    'backup',
    ...options,
  ]);
  await jobs.start(`backup-${job.service}`);
  const [other, made] = (await jobs.snapshots(job.repository)).slice(-2);
  return made?.parent === other?.id ? [] : ['a change of volumes cuts the history'];
}

async function wrongForget(jobs: Jobs, job: PromisedJob): Promise<string[]> {
  const of = (snapshots: readonly Snapshot[], own: boolean): string =>
    snapshots
      .filter(({ tags }) => tags.includes(`service:${job.service}`) === own)
      .map(({ id }) => id)
      .sort()
      .join();
  for (let run = 0; run < job.keeps; run += 1) await jobs.start(`backup-${job.service}`);
  const before = await jobs.snapshots(job.repository);
  const forget = await jobs.start(`forget-${job.repositoryName}`);
  const after = await jobs.snapshots(job.repository);
  const kept = of(after, true).split(',').filter(Boolean).length;
  return [
    ...(forget.ok ? [] : [`the forget job fails: ${forget.journal}`]),
    ...(of(before, false) === of(after, false) ? [] : ['forget removes snapshots of others']),
    ...(kept === job.keeps ? [] : [`forget leaves ${kept} snapshots, not ${job.keeps}: ${forget.journal}`]),
  ];
}
