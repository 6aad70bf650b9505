import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { builtinTemplates } from '../../../src/template/engine.js';
import { Sandbox } from '../../support/sandbox.js';

const LIBRARY = '/usr/local/lib/stowage';
const UNITS = '/etc/systemd/system';
const timer = (project: string, job: string) => `${UNITS}/stowage-${project}${job}.timer`;
const list = (files: readonly string[]) => files.map((file) => `${file}\n`).join('');

let sandbox: Sandbox;
beforeEach(() => {
  sandbox = new Sandbox();
});
afterEach(() => sandbox.remove());

/** What the playbook is told of a host with these lists and files, for which it has these files. */
function ownership(
  lists: Readonly<Record<string, readonly string[]>>,
  wanted: readonly string[],
  more: NodeJS.ProcessEnv = {},
) {
  for (const [name, files] of Object.entries(lists)) {
    sandbox.write(`state/${name}`, list(files));
    for (const file of files) sandbox.write(`root${file}`, '');
  }
  const script = sandbox.write(
    'ownership.sh',
    builtinTemplates().render('ansible/ownership.sh.hbs', { header: 'test' }),
  );
  return sandbox.run(script, [], {
    ...{ project: 'home', tree: 'web1', root: sandbox.at('root'), scope: '--system', replace: 'no' },
    ...{ state: sandbox.at('state'), library: `${LIBRARY}/home`, old_library: LIBRARY, units: UNITS },
    ...{ containers: '', wanted: list(wanted).trimEnd(), addresses: '' },
    ...more,
  });
}

describe('ownership.sh', () => {
  const [wiki, blog] = [timer('home-', 'backup-wiki'), timer('home-', 'backup-blog')];

  test('says first what is there from before projects had names, then what is to be removed', () => {
    expect(ownership({ 'home/installed/web1': [wiki, blog] }, [wiki])).toEqual({
      ...{ code: 0, err: '', out: `none\n${blog}\n` },
    });
    const old = { 'installed/web1': [timer('', 'backup-wiki'), '/etc/passwd'] };
    expect(ownership(old, [wiki])).toEqual({
      ...{ code: 0, err: '', out: `ours\n${timer('', 'backup-wiki')}\n${blog}\n` },
    });
  });

  test('leaves alone what another project has from before that', () => {
    expect(ownership({ 'installed/web1': [timer('', 'backup-erp')] }, [wiki])).toMatchObject({
      ...{ code: 0, out: 'foreign\n', err: expect.stringContaining('NOTE: jobs of another project') },
    });
  });

  test('refuses a file of another project, and another checkout that is called the same', () => {
    expect(ownership({ 'work/installed/web1': [wiki] }, [wiki])).toMatchObject({
      ...{ code: 1, out: '', err: expect.stringContaining(`${wiki} belongs to another project`) },
    });
    sandbox.remove();
    expect(ownership({ 'home/installed/web1': [blog] }, [wiki])).toMatchObject({
      ...{
        code: 1,
        out: '',
        err: expect.stringContaining('looks like another project that is called home too'),
      },
    });
    expect(ownership({}, [wiki], { replace: 'yes' })).toMatchObject({ code: 0, out: `none\n${blog}\n` });
  });

  test('removes everything, and refuses nothing, where nothing is wanted', () => {
    const lists = { 'home/installed/web1': [wiki], 'installed/web1': [timer('', 'backup-erp')] };
    expect(ownership(lists, [])).toEqual({ code: 0, err: '', out: `none\n${wiki}\n` });
  });

  test.each(['project', 'scope'])('does not begin without $%s, which the playbook has to tell it', (name) => {
    const { out, err } = ownership({}, [wiki], { [name]: undefined });
    expect([out, err]).toEqual(['', expect.stringContaining(name)]);
  });
});
