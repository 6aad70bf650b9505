import { foreignChanges, logicalLines, type ForeignChange } from '../foreign.js';
import { quote, type Finding } from '../finding.js';
import type { ReviewInput, Rule } from '../review.js';

const SHARED = { service: null, volume: null, runtime: null, host: null } as const;

/** `Exec*=` of units (systemd.service(5)) and `Exec=` of containers (podman-systemd.unit(5)). */
const COMMAND = /^Exec[A-Za-z]*=./;

/** Manifests: what makes a container run something else or something more. */
const MANIFEST_COMMAND =
  /^(?:- )?(?:command|args|initContainers|lifecycle|postStart|preStop|exec):|^- \/bin\//;

/** Settings that give a job more than it had. */
const PRIVILEGE = [
  /^User=(?:root|0)$/,
  /^(?:AmbientCapabilities|AddCapability|SupplementaryGroups|Delegate)=./,
  /^CapabilityBoundingSet=(?!~)./,
  /^(?:NoNewPrivileges|ReadOnly|Private\w+|Protect\w+|Restrict\w+|LockPersonality|MemoryDenyWriteExecute)=(?:no|false|off|0)$/,
  /^(?:PodmanArgs|GlobalArgs)=.*--(?:privileged|cap-add|userns=host|pid=host)/,
  /^(?:- )?(?:privileged|allowPrivilegeEscalation|hostNetwork|hostPID|hostIPC|hostUsers): true$/,
  /^(?:- )?(?:runAsNonRoot|readOnlyRootFilesystem): false$/,
  /^(?:- )?(?:runAsUser|runAsGroup): ["']?0["']?$/,
  /^(?:- )?add: /,
  /^- ["']?(?:CAP_)?(?:SYS_|NET_|DAC_|SETUID|SETGID|CHOWN|FOWNER|ALL)[A-Z_]*["']?$/,
];

/** Settings of ours that hold a job back; without one of them it can do more. */
const FENCE = [
  /^User=(?!root$)./,
  /^(?:NoNewPrivileges|ReadOnly|LockPersonality|MemoryDenyWriteExecute)=(?:yes|true)$/,
  /^(?:Private|Protect|Restrict)\w+=(?!no$)./,
  /^(?:SystemCallFilter|CapabilityBoundingSet|DropCapability)=/,
  /^(?:- )?(?:runAsNonRoot|readOnlyRootFilesystem): true$/,
  /^(?:- )?(?:allowPrivilegeEscalation|automountServiceAccountToken): false$/,
  /^drop: /,
];

/** A finding about one text that the templates put into, or take out of, several files. */
interface Change {
  readonly text: string;
  readonly paths: string[];
}

/** The same text in several files is one change. */
function byText(
  changes: readonly ForeignChange[],
  texts: (change: ForeignChange) => readonly string[],
): Change[] {
  const found = new Map<string, Change>();
  for (const change of changes) {
    for (const text of new Set(texts(change))) {
      const known = found.get(text);
      if (known === undefined) found.set(text, { text, paths: [change.path] });
      else known.paths.push(change.path);
    }
  }
  return [...found.values()];
}

function inFiles(paths: readonly string[]): string {
  const more = paths.length === 1 ? '' : ` and ${paths.length - 1} more`;
  return `${quote(paths[0] ?? '')}${more}`;
}

/** Commands and scripts that the templates add, in full. */
export const addedCommands: Rule = (input) => {
  const changes = foreignChanges(input);
  const span = (text: string) => input.places.template(text);
  const commands = byText(changes, commandsOf).map(({ text, paths }): Finding => {
    const rooted = paths.some((path) => runsAsRoot(text, input.after.files.get(path) ?? ''));
    return {
      ...SHARED,
      code: 'STW822',
      severity: 'warning',
      before: null,
      after: text,
      message: `a template adds a command${rooted ? ' that runs as root' : ''} to ${inFiles(paths)}`,
      hint: 'read the whole command: every host that installs this runs it',
      span: span(text),
    };
  });
  const scripts = byText(changes, scriptOf).map(({ text, paths }): Finding => ({
    ...SHARED,
    code: 'STW822',
    severity: 'warning',
    before: null,
    after: text,
    message: `a template adds to the script ${inFiles(paths)}, which may run as root`,
    hint: 'read the added lines: every host that installs this runs them',
    span: span(text.split('\n')[0] ?? text),
  }));
  return [...commands, ...scripts];
};

function commandsOf({ path, added }: ForeignChange): readonly string[] {
  if (/\.(?:service|container)$/.test(path)) return added.filter((line) => COMMAND.test(line));
  const isManifest = path.startsWith('kubernetes/') && path.endsWith('.yaml');
  return isManifest && added.some((line) => MANIFEST_COMMAND.test(line)) ? [added.join('\n')] : [];
}

function scriptOf({ path, added }: ForeignChange): readonly string[] {
  const isScript = path.endsWith('.sh') || path === 'ansible/deploy.yml';
  return isScript && added.length > 0 ? [added.join('\n')] : [];
}

/** systemd runs a command as root when no `User=` says otherwise, or when a `+` or `!` stands in front of it. */
function runsAsRoot(command: string, unit: string): boolean {
  if (!COMMAND.test(command)) return false;
  if (/^Exec[A-Za-z]*=[@:-]*[+!]/.test(command)) return true;
  const user = logicalLines(unit).findLast((line) => line.startsWith('User='));
  const container = logicalLines(unit).includes('[Container]');
  return !container && (user === undefined || /^User=(?:root|0)?$/.test(user));
}

/** Privileges that the templates give, and fences that they take away. */
export const privileges: Rule = (input) => {
  const changes = foreignChanges(input);
  const given = byText(changes, ({ added }) =>
    added.filter((line) => PRIVILEGE.some((rule) => rule.test(line))),
  );
  const taken = byText(changes, ({ lost }) => lost.filter((line) => FENCE.some((rule) => rule.test(line))));
  const shared = { ...SHARED, code: 'STW823' as const, severity: 'warning' as const };
  return [
    ...given.map(({ text, paths }): Finding => ({
      ...shared,
      before: null,
      after: text,
      message: `a template gives the jobs in ${inFiles(paths)} a privilege`,
      hint: 'a backup needs to read files and nothing else; say why this one needs more',
      span: input.places.template(text),
    })),
    ...taken.map(({ text, paths }): Finding => ({
      ...shared,
      before: text,
      after: null,
      message: `a template takes a restriction from the jobs in ${inFiles(paths)}`,
      hint: 'keep the restriction, or say why it must go',
      span: input.places.template(text.split('=')[0] ?? text),
    })),
  ];
};

const UPKEEP =
  /(?:^|[\s/=])(?:restic (?:.* )?(?:forget|prune|check)|forget\.sh|check-repository\.sh|--prune)(?=\s|$)/;
const GROUPING = /--(?:group-by|host|tag)[ =](\S+)/g;

/** Templates that take away what keeps the data: sources, times, forget, prune, check, and the grouping of history. */
export const brokenJobs: Rule = (input) => {
  const changes = foreignChanges(input);
  const critical = { ...SHARED, severity: 'critical' as const };
  const sources = byText(changes, (change) => lostMatches(change, /\/backup\/[^\s"':]+/g));
  const times = byText(changes, (change) =>
    /^OnCalendar=/m.test(change.after) ? [] : change.lost.filter((line) => line.startsWith('OnCalendar=')),
  );
  const upkeep = byText(changes, (change) =>
    change.lost.filter(
      (line) => UPKEEP.test(line) && !logicalLines(change.after).some((other) => UPKEEP.test(other)),
    ),
  );
  const grouping = byText(changes, (change) => lostMatches(change, GROUPING));
  return [
    ...[...sources, ...times].map(({ text, paths }): Finding => ({
      ...critical,
      code: 'STW806',
      before: text,
      after: null,
      message: `a template takes ${quote(text)} out of ${inFiles(paths)}`,
      hint: 'without it nothing is backed up there; put it back into the template',
      span: input.places.policy(['templates']),
    })),
    ...upkeep.map(({ text, paths }): Finding => ({
      ...critical,
      code: 'STW813',
      before: text,
      after: null,
      message: `a template takes forget, prune or check out of ${inFiles(paths)}`,
      hint: 'put it back into the template',
      span: input.places.policy(['templates']),
    })),
    ...grouping.map(({ text, paths }): Finding => ({
      ...critical,
      code: 'STW811',
      before: text,
      after: null,
      message: `a template changes how snapshots are grouped in ${inFiles(paths)}: a new history begins`,
      hint: 'restic groups by host and tags here; leave `--host`, `--tag` and `--group-by` as they are',
      span: input.places.policy(['templates']),
    })),
  ];
};

/** What a pattern finds in our own file and in the old one, and no longer in the new one. */
function lostMatches({ plain, before, after }: ForeignChange, pattern: RegExp): string[] {
  const found = (text: string) => new Set([...text.matchAll(pattern)].map(([match]) => match));
  const [old, now] = [found(before), found(after)];
  return [...found(plain)].filter((match) => old.has(match) && !now.has(match));
}

/** The images that jobs run in, and the way in which volumes are read. */
export const methods: Rule = ({ before, after, places }: ReviewInput) =>
  ASPECTS.flatMap((aspect): Finding[] => {
    const [old, now] = [valuesOf(before.files, aspect), valuesOf(after.files, aspect)];
    const added = now.filter((value) => !old.includes(value));
    if (old.length === 0 || added.length === 0) return [];
    const removed = old.filter((value) => !now.includes(value));
    return [
      {
        ...SHARED,
        runtime: aspect.runtime,
        code: aspect.code,
        severity: 'warning',
        before: removed.join(', ') || old.join(', '),
        after: added.join(', '),
        message: aspect.message,
        hint: aspect.hint,
        span: places.policy(['runtimes', aspect.runtime, aspect.key]),
      },
    ];
  });

interface Aspect {
  readonly runtime: 'kubernetes' | 'podman' | 'proxmox';
  readonly key: string;
  readonly code: 'STW824' | 'STW825';
  readonly files: RegExp;
  /** Its first group, or what it stands for. */
  readonly value: RegExp;
  readonly names?: Readonly<Record<string, string>>;
  readonly message: string;
  readonly hint: string;
}

const NEW_IMAGE = 'check that it comes from whom you trust, holds restic 0.17.0 or later, and is pinned';
const NEW_METHOD = 'take a backup and restore it with the new runbook before the old snapshots go';

const ASPECTS: readonly Aspect[] = [
  {
    ...{ runtime: 'kubernetes', key: 'image', code: 'STW824', files: /^kubernetes\/.*\.yaml$/ },
    value: /^[ -]*image: *(\S+)/gm,
    message: 'jobs on Kubernetes run another image, which sees the data and the password of the repository',
    hint: NEW_IMAGE,
  },
  {
    ...{ runtime: 'podman', key: 'image', code: 'STW824', files: /\.container$/ },
    value: /^Image=(\S+)/gm,
    message: 'rootless jobs run another image, which sees the data and the password of the repository',
    hint: NEW_IMAGE,
  },
  {
    ...{
      runtime: 'kubernetes',
      key: 'method',
      code: 'STW825',
      files: /^kubernetes\/(?!.*maintenance-).*\.yaml$/,
    },
    value: /^apiVersion: *(velero\.io|volsync\.backube|k8up\.io|batch|apps)\//gm,
    names: {
      'velero.io': 'velero',
      'volsync.backube': 'volsync',
      'k8up.io': 'k8up',
      batch: 'restic (CronJob)',
      apps: 'restic (DaemonSet)',
    },
    message:
      'volumes on Kubernetes are backed up by another method; what one made, another may not be able to restore',
    hint: NEW_METHOD,
  },
  {
    ...{ runtime: 'proxmox', key: 'mode', code: 'STW825', files: /vzdump-restic.*\.sh$/ },
    value: /--mode (\w+)/g,
    message:
      'guests on Proxmox are dumped in another mode: `stop` and `suspend` interrupt them, `snapshot` does not wait for their data to be whole',
    hint: NEW_METHOD,
  },
  {
    ...{ runtime: 'proxmox', key: 'transfer', code: 'STW825', files: /vzdump-restic.*\.sh$/ },
    value: /(--stdin-from-command|--dumpdir)/g,
    names: { '--stdin-from-command': 'stream', '--dumpdir': 'dumpdir' },
    message: 'dumps of guests on Proxmox reach restic in another way',
    hint: NEW_METHOD,
  },
];

function valuesOf(files: ReadonlyMap<string, string>, { files: paths, value, names }: Aspect): string[] {
  const found = new Set<string>();
  for (const [path, content] of files) {
    if (!paths.test(path)) continue;
    for (const [, match = ''] of content.matchAll(value)) {
      const plain = match.replace(/^["']|["']$/g, '');
      found.add(names?.[plain] ?? plain);
    }
  }
  return [...found].sort();
}
