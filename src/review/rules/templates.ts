import { isManifest, logicalLines, type TemplateChange } from '../template-changes.js';
import type { Finding } from '../finding.js';
import type { Rule } from '../review.js';
import { byText, inFiles, SHARED } from './template-texts.js';

/** `Exec*=` of units (systemd.service(5)) and `Exec=` of containers (podman-systemd.unit(5)). */
const COMMAND = /^Exec[A-Za-z]*=./;

/** Settings that start a command, or put one's own code into every command of a job. */
const HOOK =
  /^(?:OnSuccess|OnFailure|Upholds)=.|^Environment=.*(?:_COMMAND|LD_PRELOAD|LD_LIBRARY_PATH|PATH)=/;

/** Manifests: what makes a container run something else or something more. */
const MANIFEST_COMMAND =
  /^(?:- )?(?:command|args|initContainers|lifecycle|postStart|preStop|exec):|^- \/bin\/|_COMMAND$/;

/** Settings that give a job more than it had. */
const PRIVILEGE = [
  /^User=(?:root|0)$/,
  /^(?:AmbientCapabilities|AddCapability|SupplementaryGroups|Delegate|CapabilityBoundingSet|SecureBits)=./,
  // An empty value takes back what was set before it, `~` in front turns a list around, and a list without it allows.
  /^(?:User|RestrictAddressFamilies|RestrictNamespaces|SystemCallArchitectures)=$/,
  /^SystemCallFilter=(?!~)/,
  /^(?:Load|Set|Import)Credential\w*=./,
  /^(?:Bind(?:ReadOnly)?Paths|ReadWritePaths|ExecPaths|RootDirectory|RootImage|MountImages|DeviceAllow)=./,
  /^(?:Volume|Mount|AddDevice|UserNS|UIDMap|GIDMap|SecurityLabelType)=./,
  /^(?:NoNewPrivileges|ReadOnly|Private\w+|Protect\w+|Restrict\w+|LockPersonality|MemoryDenyWriteExecute)=(?:no|false|off|0)$/,
  /^(?:PodmanArgs|GlobalArgs)=.*--(?:privileged|cap-add|userns=host|pid=host)/,
  /^(?:- )?(?:privileged|allowPrivilegeEscalation|hostNetwork|hostPID|hostIPC|hostUsers): true$/,
  /^(?:- )?(?:runAsNonRoot|readOnlyRootFilesystem): false$/,
  /^(?:- )?(?:runAsUser|runAsGroup): ["']?0["']?$/,
  /^(?:- )?add: /,
  /^(?:- )?(?:hostPath|serviceAccountName|serviceAccount|secretName|secretKeyRef|mountPropagation|procMount):/,
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

/** Commands and scripts that the templates add, in full. */
export const addedCommands: Rule = (input) => {
  const changes = input.templateChanges;
  const commands = byText(changes, commandsOf).map(({ text, paths }): Finding => {
    const rooted = paths.some((path) => runsAsRoot(text, path, input.after.files.get(path) ?? ''));
    return {
      ...SHARED,
      code: 'STW822',
      severity: 'warning',
      before: null,
      after: text,
      message: `a template adds a command${rooted ? ' that runs as root' : ''} to ${inFiles(paths)}`,
      hint: 'read the whole command: every host that installs this runs it',
      span: input.spans.template(text, paths),
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
    span: input.spans.template(text, paths),
  }));
  return [...commands, ...scripts];
};

function commandsOf({ path, added }: TemplateChange): readonly string[] {
  if (/\.(?:service|container|timer|path|socket)$/.test(path)) {
    return added.filter((line) => COMMAND.test(line) || HOOK.test(line));
  }
  return isManifest(path) && added.some((line) => MANIFEST_COMMAND.test(line)) ? [added.join('\n')] : [];
}

function scriptOf({ path, added }: TemplateChange): readonly string[] {
  return isScript(path) && added.length > 0 ? [added.join('\n')] : [];
}

function isScript(path: string): boolean {
  return path.endsWith('.sh') || /^ansible\/(?:deploy\.yml$|tasks\/)/.test(path) || isSystemFile(path);
}

/** What systemd-sysusers and systemd-tmpfiles do as root: accounts, groups, owners and modes of files. */
function isSystemFile(path: string): boolean {
  return /\/etc\/(?:sysusers|tmpfiles)\.d\//.test(path);
}

/** systemd runs a command as root when no `User=` says otherwise, or when a `+` or `!` stands in front of it. */
function runsAsRoot(command: string, path: string, unit: string): boolean {
  // Units of a user's own manager are never root.
  if (!COMMAND.test(command) || /^hosts\/[^/]+\/user\//.test(path)) return false;
  if (/^Exec[A-Za-z]*=[@:-]*[+!]/.test(command)) return true;
  const user = logicalLines(unit).findLast((line) => line.startsWith('User='));
  const container = logicalLines(unit).includes('[Container]');
  const dynamic = /^DynamicUser=(?:yes|true|on|1)$/m.test(unit);
  return !container && !dynamic && (user === undefined || /^User=(?:root|0)?$/.test(user));
}

/** Privileges that the templates give, and fences that they take away. */
export const privileges: Rule = (input) => {
  const changes = input.templateChanges;
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
      span: input.spans.template(text, paths),
    })),
    ...taken.map(({ text, paths }): Finding => ({
      ...shared,
      before: text,
      after: null,
      message: `a template takes a restriction from the jobs in ${inFiles(paths)}`,
      hint: 'keep the restriction, or say why it must go',
      span: input.spans.template(text.split('=')[0] ?? text, paths),
    })),
  ];
};

/** Settings of ours that notice a loss, or tell somebody of it. */
const SAFEGUARD = /^OnFailure=|^Exec\w+=.*check-source\.sh|^(?:startup|liveness|readiness)Probe:/;

/** Settings that let a job pass over, or call success, what is none. */
const EXCUSE = /^(?:SuccessExitStatus|Condition\w+|Assert\w+)=.|^ExecStart=[@:+!]*-/;

/** Checks and alarms that templates take away, and lines of scripts: nobody would hear of what is lost. */
export const lostSafeguards: Rule = (input) => {
  const changes = input.templateChanges;
  const shared = { ...SHARED, code: 'STW827' as const, severity: 'warning' as const };
  const lost = byText(changes, ({ lost: gone }) => gone.filter((line) => SAFEGUARD.test(line)));
  const excuses = byText(changes, ({ path, added }) =>
    isScript(path) ? [] : added.filter((line) => EXCUSE.test(line)),
  );
  const scripts = byText(changes, ({ path, lost: gone }) =>
    isScript(path) && gone.length > 0 ? [gone.join('\n')] : [],
  );
  return [
    ...lost.map(({ text, paths }): Finding => ({
      ...shared,
      before: text,
      after: null,
      message: `a template takes a check or an alarm from the jobs in ${inFiles(paths)}`,
      hint: 'put it back: without it a lost source, or a failed backup, goes unnoticed',
      span: input.spans.template(text, paths),
    })),
    ...excuses.map(({ text, paths }): Finding => ({
      ...shared,
      before: null,
      after: text,
      message: `a template lets the jobs in ${inFiles(paths)} pass over a failure`,
      hint: 'take it out of the template: a job that does nothing would look like one that works',
      span: input.spans.template(text, paths),
    })),
    ...scripts.map(({ text, paths }): Finding => ({
      ...shared,
      before: text,
      after: null,
      message: `a template takes lines out of the script ${inFiles(paths)}`,
      hint: 'check that no check is among them',
      span: input.spans.template(text, paths),
    })),
  ];
};

const TIMES = /^(?:OnCalendar=|schedule: )/;

/** What else the templates change in what machines read. Not said twice: what other rules show in full. */
export const otherChanges: Rule = (input) => {
  const changes = input.templateChanges.filter(({ path }) => !/\.md$|^\.|^README/.test(path));
  const found = byText(changes, (change) => {
    const [lost, added] = [restOf(change, change.lost), restOf(change, change.added)];
    return lost.length + added.length === 0 ? [] : [JSON.stringify([lost, added])];
  });
  return found.map(({ text, paths }): Finding => {
    const [lost, added] = JSON.parse(text) as [string[], string[]];
    const times = [...lost, ...added].some((line) => TIMES.test(line));
    return {
      ...SHARED,
      ...(times ? { code: 'STW829', severity: 'warning' } : { code: 'STW846', severity: 'info' }),
      before: lost.length === 0 ? null : lost.join('\n'),
      after: added.length === 0 ? null : added.join('\n'),
      message: `a template changes ${times ? 'the times of ' : ''}${inFiles(paths)}`,
      hint: times ? 'set `schedule` instead: no check, and not the plan, knows of times in a template' : '',
      span: input.spans.template(added[0] ?? lost[0] ?? '', paths),
    };
  });
};

/** What rules about images and about jobs that never run show. */
const ELSEWHERE = /^(?:- )?(?:image|suspend): |^Image=/;

/** Lines that no other rule about templates shows. */
function restOf(change: TemplateChange, lines: readonly string[]): string[] {
  const { path } = change;
  if (isScript(path)) return [];
  const whole = path.endsWith('.yaml') && commandsOf(change).length > 0;
  if (whole && lines === change.added) return [];
  const shown = [COMMAND, HOOK, SAFEGUARD, EXCUSE, ELSEWHERE, ...PRIVILEGE, ...FENCE];
  const words = new Set(['/backup/', '--group-by', '--tag', '--host']);
  return lines.filter(
    (line) => !shown.some((rule) => rule.test(line)) && ![...words].some((word) => line.includes(word)),
  );
}
