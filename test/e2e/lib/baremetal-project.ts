/** Half a day away: no timer fires by itself while the scenario runs. */
export const HOUR = (new Date().getUTCHours() + 12) % 24;
export const POLICY = `version: 1
project: lab
contracts: [services/dns/contract.yml, services/ledger.yml]
repositories:
  nas:
    url: /srv/restic nas
    maintenance: { host: metal1 }
    forget: "10 ${HOUR} * * *"
    prune: "20 ${HOUR} * * 0"
    check: { schedule: "30 ${HOUR} 1 * *" }
    timezone: UTC
defaults:
  schedule: "40 ${HOUR} * * *"
  timezone: Asia/Tokyo
  spread: 0m
  timeout: 3h
  retention: { keep_last: 2 }
deployments: [{ runtime: baremetal, host: metal1, services: ['*'] }]
`;

/** What nobody would put into an example, and somebody will have. */
export const LEDGER = `service_id: ledger
service_name: The "Ledger" 100%
runtime_templates: { baremetal: b }
mounts:
  persistent_volumes:
    - { name: books, path: '/srv/the books: $HOME %n' }
    - { name: attic, path: /home/ledger/attic }
backup:
  exclude: ['**/*.tmp', '**/$HOME %n']
  volumes: { attic: { allow_empty: true } }
`;
