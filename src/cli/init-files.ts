import { contractSchemaText, policySchemaText } from '#generated/schemas.js';

/** Where editors find the schemas: beside the policy, so that they need no network and no package. */
const SCHEMAS = '.stowage';

const POLICY = `# yaml-language-server: $schema=${SCHEMAS}/policy.schema.json
# The backup policy: which services there are, where their snapshots go, when, and how long they are kept.
# Editors check and explain this file by the schema above; \`stowage schema policy\` prints that of a newer version.
version: 1

# Part of the name of everything that is installed, so that several projects can share a host: choose one and keep it.
project: homelab

# Service contracts: a glob or a list of globs, relative to this file.
contracts: services/*/contract.yml

# The folder that \`stowage render\` writes; commit it, so that reviews show what changes on hosts.
output: rendered

repositories:
  main:
    # restic's own spelling. Never put a password in here: name files that hold it.
    url: rest:https://backup1.example:8000/infra
    password_file: /etc/restic/password
    # environment_file: /etc/restic/main.env # AWS_..., RESTIC_REST_...; systemd's EnvironmentFile syntax
    # The one place that forgets, prunes and checks.
    maintenance: { host: backup1 }

# What every service gets unless its contract's \`backup:\` block says otherwise.
defaults:
  repository: main
  schedule: "30 2 * * *" # cron, or @hourly @daily @weekly @monthly
  timezone: UTC
  spread: 90m # each service has its own fixed offset inside this window
  retention: { keep_daily: 7, keep_weekly: 5, keep_monthly: 12 }

# What runs where. Without this key: every runtime that a contract names, on a host called \`any\`.
# deployments:
#   - { runtime: docker, host: web1, services: ["*"] }
`;

const CONTRACT = `# yaml-language-server: $schema=../../${SCHEMAS}/contract.schema.json
# An example service: the parts of its contract that decide about backups. Replace it by your own.
service_id: example

# What the runtime mounts.
service_volumes:
  - name: data
    host_path: /srv/example/data # without host_path: a volume that the runtime manages
    target: /var/lib/example

# What must survive, by the path that the workload sees.
mounts:
  persistent_volumes:
    - name: data
      path: /var/lib/example

# The runtimes that the service supports.
runtime_templates:
  docker: docker.yml.j2

# backup:
#   schedule: "@hourly"
#   volumes:
#     data: { exclude: ["*.tmp"] }
`;

const PRE_COMMIT = `# Refuses a commit whose rendered tree is not what the contracts and the policy give.
repos:
  - repo: local
    hooks:
      - id: stowage
        name: rendered backups are up to date
        entry: stowage render --check
        language: system
        pass_filenames: false
        always_run: true
`;

/** What `stowage init` writes, by path relative to the folder, in order. */
export const INIT_FILES: readonly (readonly [path: string, content: string])[] = [
  ['stowage.yml', POLICY],
  ['services/example/contract.yml', CONTRACT],
  ['.pre-commit-config.yaml', PRE_COMMIT],
  [`${SCHEMAS}/policy.schema.json`, policySchemaText],
  [`${SCHEMAS}/contract.schema.json`, contractSchemaText],
];
