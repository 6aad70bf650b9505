// The generated parts of README.md: real output and references made from the sources, so that they cannot grow stale.
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { CODES } from '../../dist/index.js';

const root = fileURLToPath(new URL('../../', import.meta.url));
const read = (path) => readFileSync(join(root, path), 'utf8');

/** What the built program prints, in a folder with `files`; both streams, in the order that a terminal shows them. */
function run(args, folder) {
  try {
    const options = { cwd: folder, encoding: 'utf8', env: { ...process.env, NO_COLOR: '1' } };
    return execFileSync(
      'sh',
      ['-c', '"$@" 2>&1', 'sh', process.execPath, join(root, 'dist/stowage.js'), ...args],
      options,
    );
  } catch (error) {
    return error.stdout;
  }
}

/** The minimal example with a few typical mistakes in it. */
function mistakes() {
  const folder = mkdtempSync(join(tmpdir(), 'stowage-readme-'));
  const contract = read('examples/minimal/services/bookmarks/contract.yml')
    .replace('path: /etc/bookmarks', 'pth: /etc/bookmarks')
    .concat('backup:\n  schedule: "30 25 * * *"\n  volumes:\n    data: { enabled: no }\n');
  mkdirSync(join(folder, 'services/bookmarks'), { recursive: true });
  writeFileSync(join(folder, 'stowage.yml'), read('examples/minimal/stowage.yml'));
  writeFileSync(join(folder, 'services/bookmarks/contract.yml'), contract);
  const output = run(['validate'], folder);
  rmSync(folder, { recursive: true });
  return output;
}

function rendered() {
  const folder = mkdtempSync(join(tmpdir(), 'stowage-readme-'));
  const output = run(['render', '--out', join(folder, 'rendered')], join(root, 'examples/minimal'));
  rmSync(folder, { recursive: true });
  return output.replaceAll(`${folder}/`, '');
}

const escapeCell = (text) => String(text).replaceAll('|', '\\|').replaceAll('\n', ' ');

/** One row per key of a schema's object, nested keys with dots. */
function schemaRows(schema, node, path) {
  const target = node.$ref === undefined ? node : { ...schema.$defs[node.$ref.split('/').pop()], ...node };
  const rows =
    path === '' ? [] : [`| \`${path}\` | ${escapeCell(target.description ?? target.title ?? '')} |`];
  for (const [key, child] of Object.entries(target.properties ?? {})) {
    rows.push(...schemaRows(schema, child, path === '' ? key : `${path}.${key}`));
  }
  if (typeof target.additionalProperties === 'object' && path !== '') {
    rows.push(...schemaRows(schema, target.additionalProperties, `${path}.<name>`));
  }
  if (typeof target.items === 'object' && (target.items.properties || target.items.$ref)) {
    rows.push(...schemaRows(schema, target.items, `${path}[]`));
  }
  return rows;
}

function policyReference() {
  const schema = JSON.parse(read('dist/schemas/policy.schema.json'));
  return ['| Key | Meaning |', '| --- | --- |', ...schemaRows(schema, schema, '')].join('\n');
}

function codeReference() {
  const rows = Object.entries(CODES).map(([code, meaning]) => `| ${code} | ${escapeCell(meaning)} |`);
  return ['| Code | Meaning |', '| --- | --- |', ...rows].join('\n');
}

/** One row per scenario that the end-to-end suite has proven, in the order of its list; engines with their versions. */
function proven() {
  const scenarios = JSON.parse(read('test/e2e/scenarios.json'));
  const { scenarios: seen, stand_ins: standIns } = JSON.parse(read('test/e2e/proven.json'));
  const rows = Object.entries(scenarios)
    .filter(([name]) => Object.hasOwn(seen, name))
    .map(([name, { shows }]) => {
      const engines = Object.entries(seen[name]).map(
        ([engine, versions]) => `${engine} ${versions.join(', ')}`,
      );
      return `| ${name} | ${escapeCell(shows)} | ${engines.join('; ')} |`;
    });
  return [
    ...['| Scenario | What is proven | On |', '| --- | --- | --- |', ...rows, ''],
    `Debian has no ${standIns.join(', ')}: their dumps and restores were tried in unit tests only, against programs that do what`,
    'the manuals of the real ones say.',
  ].join('\n');
}

const fenced = (language, text) => `\`\`\`${language}\n${text.trimEnd()}\n\`\`\``;

const PARTS = {
  'example:contract': () => fenced('yaml', read('examples/minimal/services/bookmarks/contract.yml')),
  'example:policy': () => fenced('yaml', read('examples/minimal/stowage.yml')),
  'example:unit': () =>
    fenced(
      'ini',
      read('test/golden/minimal/expected/hosts/any/docker/systemd/stowage-home-backup-bookmarks.service'),
    ),
  'output:paths': () =>
    fenced('console', `$ stowage paths\n${run(['paths'], join(root, 'examples/minimal'))}`),
  'output:render': () => fenced('console', `$ stowage render\n${rendered()}`),
  'output:mistakes': () => fenced('console', `$ stowage validate\n${mistakes()}`),
  policy: policyReference,
  codes: codeReference,
  proven,
};

/** README.md with every generated part made anew. */
export function currentReadme() {
  return Object.entries(PARTS).reduce((text, [name, make]) => {
    const [begin, end] = [`<!-- begin ${name} -->`, `<!-- end ${name} -->`];
    if (!text.includes(begin) || !text.includes(end)) throw new Error(`README.md has no part ${name}`);
    const [before, rest] = text.split(begin);
    return `${before}${begin}\n\n${make()}\n\n${end}${rest.split(end)[1]}`;
  }, read('README.md'));
}
