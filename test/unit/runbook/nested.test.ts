import { describe, expect, test } from '@jest/globals';
import { shellSteps } from '../../e2e/lib/runbook.js';
import { runbook } from '../../../src/targets/runbook/target.js';
import { projectTemplates } from '../../../src/targets/project-templates.js';
import { builtinTemplates } from '../../../src/template/engine.js';
import { planOf, policyOf } from '../../support/project.js';

/** The inner volume is declared first, as nobody forbids. */
const NESTED = `service_id: shop
service_namespace: shop
runtime_templates: { baremetal: a, kubernetes: b }
service_volumes: [{ name: root, host_path: /srv/shop, target: /var/lib/shop }]
mounts:
  persistent_volumes:
    - { name: media, path: /var/lib/shop/media }
    - { name: thumbs, path: '/var/lib/shop/media/[thumbs]' }
    - { name: root, path: /var/lib/shop }
    - { name: notes, path: /var/lib/shop-notes }
`;

const CLAIM = 'backup: { volumes: { notes: { claim: notes } } }\n';

/** What the page of the service types to restore in one place: heading → the options of the last command. */
function restores(place: string, runtime: string, more = ''): Record<string, string> {
  const policy = policyOf(
    `    kubernetes_secret: restic\ndeployments: [{ runtime: ${runtime}, services: ['*'] }]\n`,
  );
  const { plan } = planOf(policy, NESTED + more);
  const files = runbook.render({
    plan,
    runtimes: policy.runtimes,
    templates: projectTemplates(builtinTemplates(), plan),
  });
  const page = files.find(({ path }) => path === 'runbooks/shop.md')?.content ?? '';
  const steps = shellSteps(page).filter(
    ({ headings }) => headings.includes(place) && / in place$|^On /.test(headings.at(-1) ?? ''),
  );
  return Object.fromEntries(
    steps.flatMap(({ commands }) =>
      commands
        .trim()
        .split('\n')
        .filter((line) => !line.includes('--dry-run'))
        .map((line) => [
          / \S*\/backup\/shop\/(\w+) /.exec(line)?.[1] ??
            /--path=\/backup\/shop\/(\w+)/.exec(line)?.[1] ??
            '',
          (line.match(/'?--include=!\S+/g) ?? []).join(' '),
        ]),
    ),
  );
}

describe('a volume in the folder of another one', () => {
  const spared = {
    root: "'--include=!/backup/shop/root/media' '--include=!/backup/shop/root/media/\\[thumbs]'",
    notes: '',
    media: "'--include=!/backup/shop/media/\\[thumbs]'",
    thumbs: '',
  };

  test('is not touched by a restore of the outer one, and is restored after it', () => {
    const found = restores('baremetal', 'baremetal');
    expect(found).toEqual(spared);
    expect(Object.keys(found)).toEqual(['root', 'notes', 'media', 'thumbs']);
  });

  test('nor on Kubernetes, where the folders of a node lie in each other', () => {
    expect(restores('kubernetes in namespace shop', 'kubernetes', CLAIM)).toEqual(spared);
  });

  test('nor when the service comes from another runtime', () => {
    expect(restores('Restore on another runtime', 'kubernetes', CLAIM)).toEqual(spared);
  });

  test('is not deleted when it is waived and the outer one leaves it out', () => {
    const waived = (exclude: string) =>
      `backup: { volumes: { thumbs: { enabled: false, reason: made again }, media: { enabled: false, reason: big }, root: { exclude: ${exclude} } } }\n`;
    expect(restores('baremetal', 'baremetal', waived('[/media]')).root).toBe(
      "'--include=!/backup/shop/root/media'",
    );
    expect(restores('baremetal', 'baremetal', waived('["/media/*"]')).root).toBe(spared.root);
    // Its files are in the snapshots of the outer one, so that they come back with it.
    expect(restores('baremetal', 'baremetal', waived('[]')).root).toBe('');
  });

  // Played with restic 0.18 and 0.19: --delete removes a folder that the snapshot does not have with all that is in it,
  // whatever other patterns say of what is in it.
  test.each([
    ['the folder above it', '[/media]', "'--include=!/backup/shop/root/media'"],
    ['what is in that folder', '["/media/*"]', spared.root],
    ['the folder above it, brought back', '[/media, "!/media"]', spared.root],
  ])('is not deleted with a folder that the outer one leaves out: %s', (_, exclude, options) => {
    const excluding = (more = '') => `backup: { volumes: { root: { exclude: ${exclude} }${more} } }\n`;
    const claim = ', notes: { claim: notes }';
    expect(restores('baremetal', 'baremetal', excluding()).root).toBe(options);
    expect(restores('kubernetes in namespace shop', 'kubernetes', excluding(claim)).root).toBe(options);
    expect(restores('Restore on another runtime', 'kubernetes', excluding(claim)).root).toBe(options);
  });
});
