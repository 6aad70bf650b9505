import { projectName } from '../../names/installed.js';
import type { BackupPlan } from '../../model/plan.js';
import { OBJECTS_BEFORE_NAMES, projectSelector } from '../../names/objects.js';
import { userTrees } from '../../hosts/user-tree.js';
import { hostTrees } from '../../hosts/host-tree.js';
import { quote, type Finding } from '../finding.js';
import type { ReviewInput, Rule } from '../review.js';
import type { Side } from '../side.js';
import { SHARED } from './template-texts.js';

/**
 * Every installed name holds the project. Where that changes, what is installed stays beside the new jobs; only what has no
 * project in its names at all is known to the installers.
 */
export const renamed: Rule = (input) => {
  if (input.before.isUnnamed === true) return [...takenOver(input), ...leftInClusters(input)];
  return isRenamed(input) ? [...leftOnHosts(input), ...leftInClusters(input)] : [];
};

/** Whether jobs were installed under the name of another project. */
export function isRenamed({ before, after }: ReviewInput): boolean {
  const old = before.plan.project;
  return old !== '' && old !== after.plan.project;
}

function leftOnHosts(input: ReviewInput): Finding[] {
  const { before, after } = input;
  const [old, now] = [before.plan.project, after.plan.project];
  return foldersOf(before.plan).map(({ folder, host, isUser }): Finding => {
    const secrets = `; then \`mv ~/.config/restic/${old} ~/.config/restic/${now}\`, and install the new one`;
    return {
      ...shared(input),
      host,
      code: 'STW832',
      severity: 'warning',
      message: `the project is renamed: the timers that are installed from ${quote(folder)} go on beside the new ones, in the same history, until somebody removes them`,
      hint: `run \`install.sh --uninstall\` there first, ${isUser ? 'as the user, ' : ''}from the ${quote(folder)} that was installed${isUser ? secrets : ''}`,
    };
  });
}

function takenOver(input: ReviewInput): Finding[] {
  return foldersOf(input.before.plan).map(({ folder, host }): Finding => ({
    ...shared(input),
    host,
    code: 'STW848',
    severity: 'info',
    message: `installed names get the project: what is installed from ${quote(folder)} is taken over, old timers go and new ones come`,
    hint: `run \`${folder}/install.sh\` there once, or the playbook; where it refuses, it names what is in the way and the option that helps`,
  }));
}

function leftInClusters(input: ReviewInput): Finding[] {
  const { before } = input;
  const selector = before.isUnnamed === true ? OBJECTS_BEFORE_NAMES : projectSelector(before.plan.project);
  const labels = Object.entries(selector).map(([label, value]) => `${label}=${value}`);
  return [...kindsByNamespace(before)].map(([namespace, kinds]): Finding => ({
    ...shared(input),
    runtime: 'kubernetes',
    code: 'STW832',
    severity: 'warning',
    message: `objects in the namespace ${quote(namespace)} get other names: \`kubectl apply\` leaves the old ones there, and their jobs go on beside the new ones, in the same history`,
    hint: `remove them first: \`kubectl delete ${[...kinds].sort().join()} --namespace ${namespace} --selector ${labels.join()}\``,
  }));
}

function shared({
  before,
  after,
  spans,
}: ReviewInput): Omit<Finding, 'code' | 'severity' | 'message' | 'hint'> {
  return {
    ...SHARED,
    before: before.isUnnamed === true ? 'names without a project' : projectName(before.plan.project),
    after: projectName(after.plan.project),
    span: spans.policy(['project']),
  };
}

interface Installed {
  readonly folder: string;
  /** Null where the policy names none. */
  readonly host: string | null;
  readonly isUser: boolean;
}

function foldersOf(plan: BackupPlan): Installed[] {
  return [
    ...hostTrees(plan).map(({ folder }) => ({ folder, isUser: false })),
    ...userTrees(plan).map(({ folder }) => ({ folder, isUser: true })),
  ].map((tree) => ({ ...tree, host: /^hosts\/([^/]+)(?:\/user)?$/.exec(tree.folder)?.[1] ?? null }));
}

/** What kubectl calls the kinds of objects of ours that run something or belong to what runs. */
const KINDS: readonly (readonly [name: string, api: RegExp, kind: string])[] = [
  ['cronjob', /^batch\//, 'CronJob'],
  ['daemonset', /^apps\//, 'DaemonSet'],
  ['networkpolicy', /^networking[.]k8s[.]io\//, 'NetworkPolicy'],
  ['serviceaccount', /^v1$/, 'ServiceAccount'],
  ['schedules.velero.io', /^velero[.]io\//, 'Schedule'],
  ['schedules.k8up.io', /^k8up[.]io\//, 'Schedule'],
  ['replicationsources.volsync.backube', /^volsync[.]backube\//, 'ReplicationSource'],
];

/** What the kustomizations apply, and not a person. */
const APPLIED = /^kubernetes\/(?![^/]+\/(?:restore|shell|workloads)\/).*[.]yaml$/;

/** The kinds of objects that a tree brings to each namespace; a namespace that is no name of one is left out. */
function kindsByNamespace({ files }: Side): Map<string, Set<string>> {
  const found = new Map<string, Set<string>>();
  for (const [path, text] of files) {
    if (!APPLIED.test(path)) continue;
    for (const object of text.split(/^---$/m)) {
      const [, api = ''] = /^apiVersion: (.*)$/m.exec(object) ?? [];
      const [, kind = ''] = /^kind: (.*)$/m.exec(object) ?? [];
      const [, namespace] = /^ {2}namespace: ([a-z0-9-]+)$/m.exec(object) ?? [];
      const [name] = KINDS.find(([, ofApi, ofKind]) => ofApi.test(api) && ofKind === kind) ?? [];
      if (namespace === undefined || name === undefined) continue;
      const kinds = found.get(namespace) ?? new Set<string>();
      found.set(namespace, kinds.add(name));
      // Scripts are in a ConfigMap that kustomize makes.
      if (name === 'cronjob' || name === 'daemonset') kinds.add('configmap');
    }
  }
  return found;
}
