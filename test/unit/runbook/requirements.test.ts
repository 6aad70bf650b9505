import { expect, test } from '@jest/globals';
import { runbook } from '../../../src/targets/runbook/target.js';
import { projectTemplates } from '../../../src/targets/project-templates.js';
import { builtinTemplates } from '../../../src/template/engine.js';
import { planOf, policyOf } from '../../support/project.js';

/** What the page of each service says to restore first. */
function firstOf(needs: Readonly<Record<string, string>>): Record<string, string[]> {
  const policy = policyOf('');
  const contracts = Object.entries(needs).map(
    ([id, ids]) =>
      `service_id: ${id}\nruntime_templates: { baremetal: a }\nrequires: [${ids}]\nmounts: { persistent_volumes: [{ name: d, path: /${id} }] }\n`,
  );
  const { plan } = planOf(policy, ...contracts);
  const files = runbook.render({
    plan,
    runtimes: policy.runtimes,
    templates: projectTemplates(builtinTemplates(), plan),
  });
  const pageOf = (id: string) => files.find(({ path }) => path === `runbooks/${id}.md`)?.content ?? '';
  return Object.fromEntries(
    Object.keys(needs).map((id) => [
      id,
      /(?<=\n\nRestore first[^\n]*\n\n)(?:- .*\n)+/.exec(pageOf(id))?.[0].trim().split('\n') ?? [],
    ]),
  );
}

test('what a service needs is restored first', () => {
  expect(firstOf({ db: '', web: 'db, dns', proxy: 'web' })).toEqual({
    db: [],
    web: ['- db: `runbooks/db.md`', '- dns, which is not ours'],
    proxy: ['- web: `runbooks/web.md`'],
  });
});

test('where services need each other, no page sends in a circle', () => {
  const both = (id: string) => `(which needs \`${id}\` too: bring the data of both back, then start them)`;
  expect(firstOf({ a: 'b', b: 'c', c: 'a', outside: 'a' })).toEqual({
    a: [`- b: \`runbooks/b.md\` ${both('a')}`],
    b: [`- c: \`runbooks/c.md\` ${both('b')}`],
    c: [`- a: \`runbooks/a.md\` ${both('c')}`],
    outside: ['- a: `runbooks/a.md`'],
  });
});
