/** Codes of what a change means (`stowage diff`). */
export const REVIEW_CODES = {
  STW801:
    'A volume that was backed up is in no contract any more, or its service is gone. Put it back, or make sure that its data is not needed: nothing new is saved.',
  STW802:
    'A volume that was backed up is waived now. Its reason should say how the data can be made again: snapshots that hold it go as retention passes.',
  STW803:
    'A volume or service is renamed, or its snapshot path changes, so its history does not go on: old snapshots stay under the old name. Keep the name, or plan for two places to restore from.',
  STW804:
    'A service is gone while another one uses its data, so its history ends. Check that the other one backs up what it needs.',
  STW805:
    'A service is no longer deployed where it was backed up (a host, a cluster, nodes). Keep the deployment until no data is left there.',
  STW806:
    'A volume is meant to be backed up, but no job does it any more: the job cannot be rendered, or a template removes its source, its command or its times.',
  STW810:
    'A service is backed up into another repository, or the address of its repository changes: its history stays behind. Copy the snapshots first (`restic copy`), or keep the old repository maintained.',
  STW811:
    'The host or the tags that restic groups snapshots by change: a new history begins, and the old one is never forgotten. Set `snapshot_host`, or leave the template as it was.',
  STW812:
    'Retention is shortened, or the same rules cover less time. The number of snapshots that the next forget would remove comes from playing the keep rules over the old schedule; what is removed is gone.',
  STW813:
    'Forget, prune or check of a repository is lost: it left the policy, hardly ever runs, reads no data any more, or a template takes it away.',
  STW820: 'The longest time between two backups grew, and with it what may be lost at worst.',
  STW821:
    'An exclude pattern can match the root of a volume, a folder above it, or everything in it, so its snapshots may be empty. Write a narrower one, or waive the volume with a reason.',
  STW822:
    'A template adds a command or lines of a script. Read them in full: machines run them, often as root.',
  STW823:
    'A template gives jobs a privilege, or takes a restriction away, or a job runs as root that did not.',
  STW824: 'Jobs run another image. It sees the data and the password of the repository.',
  STW825: 'The way in which volumes are backed up changes. Try a restore before the old snapshots go.',
  STW826:
    'A maintenance job is now due so near to another job of its repository that they lock each other out. Move one of them.',
  STW827:
    'A check that notices lost data is turned off: incomplete backups or empty volumes count as success, or a template takes a check or an alarm away.',
  STW828: 'Only a part of the folder that was backed up is backed up now. Check what lies in the rest of it.',
  STW829:
    'A template sets times of its own. The plan, the checks for collisions and the worst-case loss know nothing of them: set `schedule` instead.',
  STW830:
    'A backup may run for less time than before, or checks need longer to read all data once. Look at how long backups take, and how late damage may show.',
  STW831:
    'A service leaves a host, but its timer there keeps adding to the same history until somebody removes it. Run the installer there, or `install.sh --uninstall`.',
  STW832:
    'What is installed under the old name keeps running beside the new jobs. The project is renamed, or its objects in a cluster get its name: run `install.sh --uninstall` from the old tree on each host first, and delete the old objects in clusters.',
  STW833:
    'A service keeps snapshots in a repository, and no job forgets them any more: they stay there until somebody removes them by hand.',
  STW840: 'Something is backed up that was not before.',
  STW841: 'A job runs at other times.',
  STW842: 'A volume moves to another directory, user, host or runtime and keeps its history.',
  STW843: 'Retention changes, and nothing that exists is removed by it.',
  STW844:
    'A repository is maintained in another place. Only one place may do it: install there, and uninstall here.',
  STW845: 'What backups leave out changes.',
  STW846: 'A template changes something else in what machines read.',
  STW847:
    'The password or the environment of a repository is looked for in another place. Put it there first: jobs fail without it.',
  STW848:
    'Installed names get the project, which they did not have before. `install.sh` and the playbook take over what is installed on a host.',
  STW850:
    'The files of a database are copied while it writes them, and were not before, or somebody accepts it now. A restore may be corrupt: have it dumped, or check what the reason says.',
  STW851: 'The files of a database are not copied any more while it writes them.',
  STW860:
    'A database is no longer dumped, or not all of it: its files are copied while it writes, or nothing of it is saved.',
  STW861: 'A dump comes from another place, is made in another way, or may be smaller.',
  STW862:
    'Files that something else writes into a volume, such as dumps, may be older than before, or of any age: that it has stopped is noticed later, or not at all.',
  STW863:
    'What stood still while its files were read runs on now, all of it or a part: a database in there is copied while it writes.',
  STW864:
    'A service stands still in another way while its files are read, or commands that run around its backups come, go or change.',
} as const satisfies Record<string, string>;
