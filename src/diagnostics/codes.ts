import { AUDIT_CODES } from './audit-codes.js';
import { REVIEW_CODES } from './review-codes.js';

/**
 * Every diagnostic code, once: what it means, for people who look it up. The first digit names the room that
 * finds it: 0 reading files, 1 contracts, 2 the policy, 3 what only shows across files, 4 where volumes live,
 * 5 templates and rendering, 6 the output tree, 7 schedules, 8 what a change means,
 * 9 snapshots that exist.
 */
export const CODES = {
  // 0: reading files and YAML
  STW001: 'The file does not exist or cannot be read. Check the path and its permissions.',
  STW002: 'The path names a directory or a special file where a regular file is due.',
  STW003: 'The file holds no YAML document. Fill it, or take it out of the list that names it.',
  STW004: 'The file is not valid UTF-8 text. Save it as UTF-8.',
  STW005:
    'The file is larger than 1 MiB (an inventory: 16 MiB), which no contract or policy needs. Check that it is the file you meant.',
  STW006:
    'The file is encrypted as a whole by ansible-vault. Keep what contracts refer to in a file that is not, or decrypt it.',
  STW010:
    'The text is not valid YAML. The caret stands where reading had to stop; the mistake is there or just before.',
  STW011: 'A tab is used for indentation, which YAML forbids. Indent with spaces.',
  STW012:
    'A mapping holds one key twice; YAML readers would silently keep one of them. Remove or rename one.',
  STW013:
    'An alias (`*name`) has no anchor (`&name`) before it. Define the anchor, or quote a value that starts with `*`.',
  STW014:
    'Aliases or merge keys blow the document up beyond what any real file needs, or an alias holds itself. Write the values out.',
  STW015: 'Mappings and sequences are nested more than 100 levels deep. Flatten the document.',
  STW016:
    'A mapping or a list stands where a key is due; most often a `{{ reference }}` that lacks quotes. Quote it.',
  STW017: 'A merge key (`<<`) does not name a mapping or a list of mappings.',
  STW018: 'The document is not a mapping of keys to values.',
  STW019:
    'Jinja stands bare in a YAML file: a statement, a comment, or an expression alone on its line. Ansible reads YAML first, so it cannot load the file either. Write out what it makes, or indent it as part of a text block.',
  STW020: 'A key is not known at this place. Check its spelling against the schema.',
  STW021: 'A required key is missing.',
  STW022: 'A value has the wrong type, such as a number where text is due. Quote or rewrite it.',
  STW023: 'A file mode is written as a number; YAML drops its leading zero or reads it as octal. Quote it.',
  STW024:
    '`yes`, `no`, `on` or `off` stands where a boolean is due; YAML 1.2 reads these as text. Write `true` or `false`.',
  STW025: 'A value has the right type but is not one of those allowed here.',
  STW026:
    'Text holds a control character or half a surrogate pair, which no generated file can hold safely. Remove it.',
  STW027:
    'Text holds a literal secret (password, token, private key). Nothing secret may enter the rendered tree: name a file, Secret or variable that holds it.',
  STW029: 'One file has too many mistakes to show them all. Correct the ones that are shown, then run again.',
  // 1: contracts
  STW101:
    'A name is not safe as a file name, unit name or volume name. Names are never altered silently: change it.',
  STW102: 'A path is not absolute, or climbs with `..`. Write it out in full.',
  STW103: 'Two persistent volumes of one contract share a name or a path.',
  STW104:
    'A tmpfs overlaps a persistent volume: what is written there is lost on restart and cannot be backed up. Move one of them.',
  STW105: 'A runtime is not one of docker, podman, kubernetes, proxmox, baremetal; the entry is ignored.',
  STW106: '`backup.volumes` names something that is no persistent volume of the contract.',
  STW107: 'A volume is excluded from backups without saying why. Give a `reason`.',
  STW108: "A volume in Compose's short form cannot be read. Write `name:/target` or `/host/path:/target`.",
  STW109:
    'A key that nothing reads is nearly one that decides what is backed up, and that one is missing. Correct it, or leave it: other keys are legal.',
  STW110: 'A `{{ reference }}` names something that neither the contract nor a `values` file defines.',
  STW111:
    'An expression is more than references and the filters that are understood (`string`, `int`, `float`, `bool`, `lower`, `upper`, `trim`, `replace`, `join`, `default`, `ternary`). Write its value out, or give it a name in a `values` file and refer to that. In a field that only pages show it is a warning, and they do without.',
  STW112: 'References lead back to themselves, or expand without end.',
  STW113:
    'A reference or a field that is rendered holds a vaulted value. Secrets never enter the rendered tree.',
  STW114: 'A reference inside longer text gives a list, a mapping or nothing, which cannot be put into text.',
  STW115: 'A contract gives a container or a Compose service a name that none can have.',
  STW116:
    'A key that a service has once is another one in some of its places, by their values. Give it one value that holds in all of them.',
  STW117:
    'An expression looks into the environment of whoever runs Ansible, which is not read: the same files must give the same jobs everywhere. Its default counts.',
  STW118:
    'A volume is told to lie where its runtime knows no such place (`backup.volumes.<name>.runtimes.<runtime>.location`). Use one of the words that the hint names, or leave it out.',
  STW119:
    'A contract says something about backups where nothing reads it, such as `storage[].backup.hooks`, or names a path there that no persistent volume holds. Backups are made as if it were not there.',
  STW120: 'A dump lacks a key that its engine cannot do without.',
  STW121: 'A dump has a key that its engine does not know; it would do nothing.',
  STW122: 'A dump replaces a volume that the contract does not have, or that another dump replaces already.',
  STW123:
    'Two dumps would write one file, or a volume is called `dumps`, as their folder in snapshots. Rename one.',
  STW124:
    'The file of a database lies in no persistent volume, so that nothing keeps it. Write its path as the workload sees it.',
  STW125:
    '`transfer: stream` on a dump that is several files. A stream is one file; the hint names the engine that has one.',
  STW126:
    'What makes a service stand still has a mode that nobody knows, or keys that its mode has no use for.',
  // 2: policy
  STW201: 'A pattern under `contracts` or `values` matches no file.',
  STW202: "The policy's `version` is not one that this program reads.",
  STW203: "A folder is not a relative path below the policy's own folder.",
  STW204: 'A repository, host or namespace has a name that is not safe as a file name.',
  STW205:
    'Nobody maintains a repository: without forget and prune it only grows. Name a `host` or a `namespace`.',
  STW206: 'A repository is maintained in two places; they would lock each other out. Name one.',
  STW207: 'A repository is named that `repositories` does not define.',
  STW208: 'Several repositories are defined and none is chosen. Set `defaults.repository`.',
  STW209:
    'A Kubernetes deployment names a host, though the cluster chooses where pods run, or a deployment has nodes, a Compose project or commands where its runtime has no such thing, or says itself what it takes from the inventory. Leave the key out.',
  STW210: 'A duration is out of range.',
  STW211: 'A time zone is not known by its IANA name.',
  STW212: 'A schedule is not a valid five-field cron expression or alias.',
  STW213: 'A retention would keep no snapshot at all. Set at least one `keep_*` above zero.',
  STW214:
    'A path on a host is not absolute, climbs with `..`, or (for files with secrets) holds a character that needs quotes.',
  STW215:
    'A project has a name that is not safe as a part of every installed name. Use a lower-case letter, then up to 15 more letters and digits.',
  STW216:
    'A project has a name that stands for something else in units and folders, those from before projects had names included. Use another one.',
  STW217:
    'The inventory is not what `ansible-inventory --list` prints, or the policy names none. Make the file with that command and name it as `inventory`.',
  STW218: 'A deployment names a group that the inventory does not have, or one without hosts.',
  STW219:
    'A host of the inventory does not say which runtime it has, or names none that there is. Set the variable for it, or use a group without the host.',
  STW220:
    "The policy names a host that the inventory does not have. The playbook would not find it, and the host's variables are not known.",
  STW221:
    'No deployment puts anything on a host of the inventory. Add one if something runs there that needs a backup.',
  STW222:
    "Several hosts of the inventory deploy to one cluster. One of them says what holds there: the first, in the inventory's order.",
  // 3: across files
  STW301:
    'Two contracts have the same `service_id`, so their units, files and snapshots would be one. Rename one of them.',
  STW302:
    'Two services on one host use the same systemd unit name for their workload. Give one of them another `service_unit_name`.',
  STW303:
    'Two services on one host back up the same host path, or one inside the other. Restoring one would overwrite the other: give each its own folder, or waive one with a reason.',
  STW304: 'Two services claim the same Proxmox guest. Give each its own `service_container.vmid`.',
  STW305: 'A deployment names a service, or a pattern, that no contract matches.',
  STW306:
    'A deployment puts a service on a runtime that its contract does not list under `runtime_templates`.',
  STW307: 'A contract names a repository that the policy does not have.',
  STW308: 'A service is deployed twice on one host; its two jobs would have the same unit name.',
  STW309: 'The policy has deployments, but none of them matches this service: nothing backs it up.',
  STW310:
    'A service is deployed in several places. Snapshots of the second and later ones carry their own `--host`, so that retention of one never removes those of another.',
  STW311:
    'A service is deployed twice with the same `snapshot_host`: forget would mix the snapshots of the two and lose some.',
  STW312:
    'Two services on one host back up the same volume of Docker or Podman, by the names that these give. Restoring one would overwrite the other: name the real volumes, or waive one with a reason.',
  STW320:
    'Backups give up before a lock that a killed job left is removed, so they fail for nothing. Raise `retry_lock`.',
  STW321:
    'Nothing is backed up into a repository, so that it gets no jobs: what it holds is not forgotten, pruned or checked. Use it, or remove it.',
  STW335:
    'A Docker volume belongs by its name to another Compose project than the one that the runbook stops and starts.',
  STW350:
    'Rootless jobs use a repository that their image cannot reach: `rclone:` needs the program rclone. Set `runtimes.podman.image` to an image that has it, or use another repository.',
  STW360:
    'Jobs of another user than restic (`run_as`) cannot use this repository: a local one and those by SSH or rclone belong to the user restic. Serve it by `rest:`, or use another kind.',
  STW361:
    '`run_as` is asked for where no job could honour it: in a cluster, for a rootless service, inside a guest.',
  STW340:
    'A path of `must_contain` does not lie inside the volume. Write it as seen from the root of the volume, without a leading `/` and without `..`.',
  STW341:
    'Nobody would check a guard that the contract asks for (`mount_point`, `must_contain`, `max_shrink`): the volume is part of a guest, which is dumped as a whole.',
  STW343: 'A snapshot host ends in `.incomplete`. Such names mark incomplete snapshots. Choose another one.',
  STW344:
    'Several services share a snapshot host in one repository. Their snapshots would look like one history, and accepting an incomplete one of one service would settle those of another. Give each its own.',
  STW345:
    'A volume is to be backed up where no job can do it. Nothing is rendered for it: waive it with a reason, or deploy the service elsewhere.',
  // 4: where volumes live
  STW401:
    'A persistent volume and a service volume share a name, but their paths have nothing to do with each other.',
  STW402:
    'A service volume has no entry in `mounts.persistent_volumes`, so it is not backed up. List it there if its data matters.',
  STW403:
    'No service volume holds this persistent volume, so a container runtime keeps it in a managed volume of that name. A warning where a mount has nearly that name or place: one of the two is likely misspelt.',
  STW404:
    'A path cannot be mounted into a job by systemd: it holds a quote, is the root folder, or lies where the job has its own view.',
  STW405:
    'The contract names another claim than the one that the live adapter makes (`<service_name>-data`), and nothing says which of the two holds this volume. Name it under `backup.volumes.<name>.claim`.',
  STW406:
    'A Proxmox guest is to be dumped, for what lies inside it or because of `dump_guest`, but the contract does not say which one. Set `service_container.vmid`.',
  STW407: 'An exclude pattern can match nothing, because restic sees volumes below `/backup/<service>/`.',
  STW408:
    'An exclude pattern leaves out a whole volume: its backups would end well and save nothing. Name what to leave out inside it, or waive the volume.',
  STW409:
    'A local repository lies where jobs mount the volumes of a service (`/backup/<service>`), or in the folder of a volume. Move it.',
  STW410:
    'A volume is in the contract, but the live adapter does not mount it on Kubernetes: it mounts the first of `service_volumes` and nothing else, or without them a claim at `/data`. Name the claim that holds it, or waive it there (`backup.volumes.<name>.runtimes.kubernetes`).',
  STW420:
    'A volume holds a database, and its files are copied one after the other while it writes them: the copy ends well, and a restore of it may be corrupt. Have it dumped, or say in `live_copy` why that is no loss. Where image and path leave a doubt, nothing is said.',
  STW430:
    'A dump cannot be made in a place of its service, where the files of the database are then copied while it writes; an error where it can be made in none.',
  STW431:
    'No job looks in a place of its service how old the files of a volume are, although the contract has `max_source_age`; an error where one looks in none.',
  STW432:
    'Two dumps of two services on one host would be one name, as `b-c` of `a` and `c` of `a-b` are. Rename one of them.',
  STW433:
    'What is to stand still (`quiesce`), or a command around a backup (`hooks`), is nothing that a place of the service can do; an error where none can.',
  STW434:
    'A service stands still while its files are read, but one of its dumps is streamed by a job of its own, at another moment. A stream takes hours where no disk has room, so nothing waits for it.',
  // 5: templates and rendering
  STW500:
    'The template is not valid Handlebars. The caret stands where reading had to stop; the mistake is there or just before.',
  STW501:
    'A tag would write its value without encoding (`{{{x}}}`, `{{&x}}`). Write `{{x}}`: values are encoded for the kind of file.',
  STW502:
    'The template uses a part of Handlebars that is not available here. Templates have variables, four blocks, partials and the helpers of their kind.',
  STW503:
    'A tag calls a helper or opens a block that does not exist, or gives it the wrong number of values.',
  STW504:
    'A partial cannot be included: it does not exist, makes another kind of file, includes itself, or does not stand alone on its line.',
  STW505:
    'A tag stands where no value is safe, such as inside quotes, a comment or a here-document. Write it as the hint says.',
  STW506: 'The template ends in the middle of something: quotes, a comment, a fenced block, a block of text.',
  STW507:
    'The template has the name of no built-in template, so nothing uses it. Correct the name, or remove the file.',
  STW508:
    "The template's name does not say which kind of file it makes. End it in `.service.hbs`, `.sh.hbs`, `.yaml.hbs`, `.md.hbs` or the like.",
  STW509: 'Two template files have the same name. Keep one of them.',
  STW510:
    'A template could not be filled: it names a variable that does not exist here, or a value cannot be written in this kind of file.',
  STW530: 'The folder that `templates` names cannot be read.',
  // 540-559: Kubernetes
  STW540: 'A namespace is not a name that Kubernetes takes: up to 63 lower-case letters, digits and `-`.',
  STW541:
    'A claim has a name that Kubernetes refuses. Name the real claim under `backup.volumes.<name>.claim`.',
  STW542:
    '`service_name` is no Kubernetes label value, yet jobs find the pods of the workload by their label `app`. Name the labels that the pods carry under `backup.kubernetes.workload.selector`.',
  STW543:
    'A repository is used on Kubernetes, but no Secret with its credentials is named. Set `kubernetes_secret` on the repository.',
  STW544:
    'A repository is a folder of a host, which no pod can reach. Use a repository with a network address.',
  STW545:
    'The Kubernetes operators (Velero, VolSync, K8up) back up claims only; data in a hostPath would be left out. Move it to a claim, use `method: restic`, or waive the volume with a reason.',
  STW546: 'K8up has no back end for this kind of repository. Use another method or repository.',
  STW547:
    'A retention rule cannot be expressed by the chosen operator; it would keep less than the policy asks for. Use other rules, or another method.',
  STW548:
    'Two services back up the same claim, or folders of it, one inside the other. Restoring one takes back what the other has written since; with VolSync and K8up, whose objects are about a claim, it is an error. Waive the volume in one of them with a reason.',
  STW549: 'Pods would ask for more memory than they may use, which Kubernetes refuses.',
  STW550:
    'Pods use a repository that their Secret cannot open: `sftp:` needs SSH keys in a home folder, `rclone:` an image that holds rclone. Use another repository, an image that has rclone, or templates that mount the keys.',
  STW551:
    'One job backs up claims of several pods of a StatefulSet. It needs all of them on one node, so where they are ReadWriteOnce and on different ones it never starts. Write a contract for each pod, or use an operator.',
  STW552:
    'A contract has commands, but its service runs only in clusters, where pages use kubectl. Nobody would type them: leave them out.',
  STW553:
    'VolSync keeps each claim in a repository of its own, and nothing checks these: what is damaged in one is found out at a restore. Check them by hand as the page of the service says, or use `method: restic`.',
  STW556:
    'A toleration is refused: one without a key, one of a taint of the cluster itself (`node.kubernetes.io/…`), or one that Kubernetes does not take. A backup pod that stays on a dead node keeps the volume of the workload from every other node.',
  STW557:
    'A scheduler on each node backs up hostPaths, and nothing says which taints its nodes have. A node with a taint that `tolerations` does not name has no scheduler, and nobody notices. Name the taints, or write `tolerations: []`.',
  STW558:
    'A claim has a name like those that a StatefulSet makes, but no pod of the workload belongs to it: the backup follows any pod of the workload, which may be on another node. Name the set under `backup.kubernetes.workload`.',
  STW559:
    'The operator that backs up the cluster does nothing about a key. An error where the contract of a service asks for it, a warning where the defaults hand it down. Leave the key out, or use `method: restic`.',
  // 580-589: Ansible
  STW580:
    'A host has the name of a group that every Ansible inventory has, so the playbook would install its jobs on every machine. Use the name of the host in the inventory.',
  STW581:
    'The names of two repositories give the same Ansible variables, so one would get the secrets of the other. Rename one of them.',
  // 582-599: Kubernetes again
  STW582:
    'The operator that backs up the cluster knows no time zone but UTC, and the schedule cannot be told in UTC exactly: backups run earlier or later than written for a part of the year, or always. Write the schedule in UTC.',
  STW560: 'A Proxmox guest has a number that none can have: they go from 100 to 999999999.',
  STW561:
    'A volume is said to lie on the Proxmox host (`location: host`), but no `host_path` says where. Give its service volume one, or leave `location` out.',
  STW570:
    "A rootless service keeps data in a folder of the system, which its user cannot back up or restore. Use `quadlet_scope: system`, or move the data to a folder of the user's own.",
  STW571:
    'A path cannot be mounted into a rootless job: Quadlet has no way to write some characters. Rename the folder.',
  STW572:
    'A rootless job cannot reach this local repository: its path cannot be mounted. Rename the folder, or use a repository with a network address.',
  // 6: the output tree
  STW601:
    'The output folder is refused: the root of the file system, the home folder, the folder of the policy or one above it, or not a folder. Name a folder of its own.',
  STW602:
    'The output folder has no manifest, yet holds files that rendering would not write. Name an empty folder, or move those files away; they are never touched.',
  STW603:
    'Something that the tree does not own stands where a file must be written. It is never overwritten, not even with --force: move it away.',
  STW604:
    'A generated file was edited by hand and is kept. Move the change into the policy, a contract or a template; --force gives the file up.',
  STW605:
    'The manifest of the output tree cannot be read, so nobody can say which files are generated. Restore it from version control, or render into an empty folder.',
  STW606:
    'The manifest lists a path that no render writes: absolute, climbing, twice, or below a symbolic link. Nothing is written or removed until the manifest is restored.',
  STW607:
    'A path of the output tree passes through a symbolic link. Files are written only below real folders.',
  STW608:
    'Two paths of the output tree differ only in upper and lower case or in Unicode form, and would be one file on some machines. Rename a host or a service.',
  STW609:
    'A service named on the command line is not in the plan, or no generated file belongs to the asked part.',
  STW610:
    'The output tree is not what rendering gives now. Run `stowage render`, and commit what it changes together with its cause.',
  // 7: schedules
  STW701:
    'Two keys say when a job runs. Keep one of `schedule`, `every` and `window` (whose length is the spread).',
  STW702:
    'An interval does not fit evenly into an hour, a day or a week. Use one that does, or write a `schedule`.',
  STW703: 'A window of the day is empty, cannot be read, or is combined with a shorter interval.',
  STW704:
    'A spread is written beside a schedule whose runs lie closer together, so a run could start after the next one is due. Make `spread` shorter. (One that comes from the defaults just gives way to a shorter interval.)',
  STW705:
    'Crons disagree about a star with a step in one day field beside a restriction of the other: OR for Kubernetes and for stowage, AND for Vixie cron. Write the days out.',
  STW706:
    'The schedule falls into an hour that a change of the clocks skips, so on that day it does not run. Choose another time, or UTC.',
  STW707:
    'The schedule falls into an hour that comes twice when the clocks change: systemd runs it once, Kubernetes twice. Choose another time, or UTC.',
  STW708:
    'A spread is written that cron can use only in part: later runs would fall on another day, or into another hour. Make it shorter, or start earlier in the day.',
  STW710:
    'A maintenance job (forget, prune, check) is due while a backup of its repository may run, and locks it out or waits. Move it to the time that the hint names.',
  STW711:
    'Two maintenance jobs of one repository are due at about the same time; each needs the repository alone.',
  STW712:
    'A maintenance job never finds a gap: at every time of its days, a job of the repository is due. Make room, or lower `margin`.',
  STW713: 'Two runs lie further apart than `max_age` allows. Run more often, or allow more.',
  STW720: 'The command line names a host or repository for which the plan has no job.',
  ...REVIEW_CODES,
  // 9: snapshots that exist
  ...AUDIT_CODES,
} as const satisfies Record<string, string>;

/** A key of {@link CODES}. */
export type DiagnosticCode = keyof typeof CODES;
