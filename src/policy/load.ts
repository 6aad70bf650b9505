import { policySchemaText } from '#generated/schemas.js';
import { validatePolicy } from '#generated/validators.js';
import type { Inventory } from '../contract/inventory.js';
import type { BackupSettings } from '../model/contract.js';
import { hasErrors, type Diagnostic } from '../diagnostics/diagnostic.js';
import { isTakenProjectName } from '../names/installed.js';
import { asInteger, asList, asMapping, asText, asTexts } from '../source/access.js';
import { append } from '../source/append.js';
import type { Pointer } from '../source/document.js';
import { Findings } from '../source/findings.js';
import { parseYaml } from '../source/parse.js';
import { readRelativePath } from '../source/paths.js';
import type { InputFile } from '../source/read.js';
import { schemaDiagnostics } from '../source/schema-errors.js';
import type { JsonSchema } from '../source/schema.js';
import { suggestionHint } from '../source/suggest.js';
import { isMapping, type Mapping } from '../source/yaml-values.js';
import { checkText } from '../source/text-rules.js';
import type { YamlDocument } from '../source/yaml-document.js';
import { readDeployments, readRuntimeSettings } from './deployments.js';
import type { Policy } from '../model/policy.js';
import { compareHosts } from './inventory-places.js';
import { readRepositories } from './repositories.js';
import { readSettings } from '../contract/settings.js';

const SCHEMA = JSON.parse(policySchemaText) as JsonSchema;

/** What every service gets when the policy's `defaults` do not say otherwise. */
const BUILT_IN_DEFAULTS: Omit<BackupSettings, 'repository'> = {
  schedule: '30 2 * * *',
  timezone: 'UTC',
  spread: 90,
  max_age: null,
  retention: { keep_daily: 7, keep_weekly: 5, keep_monthly: 12 },
  exclude: [],
  timeout: 12 * 60,
  retry_lock: 60,
  accept_incomplete: false,
  max_shrink: 50,
  run_as: 'restic',
};

/** One that reads a large file for hours leaves the others a way. */
const DEFAULT_PARALLEL = 2;

/** A pattern that names input files, and where the policy says it. */
interface InputPattern {
  readonly pattern: string;
  readonly pointer: Pointer;
}

export interface LoadedPolicy {
  /** Null when anything in it is wrong. */
  readonly policy: Policy | null;
  readonly diagnostics: Diagnostic[];
  /** What can be read of an invalid policy too, so that the mistakes of all files show in one run. */
  readonly document: YamlDocument | null;
  readonly contracts: readonly InputPattern[];
  readonly values: readonly InputPattern[];
  readonly deployments: Policy['deployments'];
  readonly inventory: Inventory | null;
  /** The folder that rendering writes, in which no pattern looks for files; relative to the policy's own. */
  readonly output: string | null;
}

/**
 * Reads `stowage.yml`: one YAML document, every default filled in, every mistake reported.
 *
 * @param project what a policy is taken to say that is older than the key
 * @param readInventory reads the inventory that the policy names; null where it cannot be read
 */
export function loadPolicy(
  input: InputFile,
  project: string | null = null,
  readInventory: (name: string) => Inventory | null = () => null,
): LoadedPolicy {
  const parsed = parseYaml(input);
  const [document, second] = parsed.documents;
  const nothing = { ...NOTHING_READ, policy: null };
  if (document === undefined) return { ...nothing, diagnostics: parsed.diagnostics };
  const findings = new Findings(document);
  append(findings.diagnostics, parsed.diagnostics);
  if (second !== undefined) {
    const span = second.span([]);
    findings.diagnostics.push({
      code: 'STW018',
      severity: 'error',
      message: 'a policy is one YAML document',
      span,
    });
  }
  if (!isMapping(document.value)) {
    findings.error('STW018', [], 'a policy must be a mapping of keys to values', {
      hint: 'begin with `version: 1`',
    });
    return { ...nothing, diagnostics: findings.diagnostics };
  }
  const given =
    project === null || 'project' in document.value ? document.value : { ...document.value, project };
  if (!validatePolicy(given)) {
    const check = { document, value: given, schema: SCHEMA };
    append(findings.diagnostics, schemaDiagnostics(check, validatePolicy.errors ?? []));
  }
  checkAllTexts(findings, document.value, []);
  const name = asText(given.inventory);
  const inventory = name === null || name === '' ? null : readInventory(name);
  const policy = build(findings, document, given, inventory);
  if (inventory !== null) compareHosts(findings, given, policy, inventory);
  return {
    // Without the inventory nobody knows where services are.
    policy: hasErrors(findings.diagnostics) || (name !== null && inventory === null) ? null : policy,
    diagnostics: findings.diagnostics,
    document,
    contracts: readPatterns(document.value, 'contracts'),
    values: readPatterns(document.value, 'values'),
    deployments: policy.deployments,
    inventory,
    output: policy.output,
  };
}

const NOTHING_READ = {
  ...{ document: null, contracts: [], values: [], deployments: null, inventory: null, output: null },
};

function build(
  findings: Findings,
  document: YamlDocument,
  given: Mapping,
  inventory: Inventory | null,
): Policy {
  const settings = readSettings(findings, asMapping(given.defaults), ['defaults']);
  const timezone = settings.timezone ?? BUILT_IN_DEFAULTS.timezone;
  const repositories = readRepositories(findings, given, timezone);
  const repository = chooseRepository(findings, given);
  return {
    document,
    project: readProject(findings, given),
    contracts: readPatterns(given, 'contracts').map(({ pattern }) => pattern),
    values: readPatterns(given, 'values').map(({ pattern }) => pattern),
    inventory: asText(given.inventory),
    output: readFolder(findings, given, 'output') ?? 'rendered',
    templates: readFolder(findings, given, 'templates'),
    repositories,
    defaults: { ...BUILT_IN_DEFAULTS, ...settings, repository },
    parallel: asInteger(asMapping(given.defaults).parallel) ?? DEFAULT_PARALLEL,
    deployments: readDeployments(findings, given, inventory),
    runtimes: readRuntimeSettings(findings, given),
  };
}

/** `defaults.repository`, or the only repository there is. */
function chooseRepository(findings: Findings, given: Mapping): string {
  const names = Object.keys(asMapping(given.repositories));
  const named = asMapping(given.defaults).repository;
  const [only] = names;
  if (named === undefined) {
    if (names.length > 1) {
      const list = names.map((name) => `\`${name}\``).join(', ');
      findings.error(
        'STW208',
        [given.defaults === undefined ? 'repositories' : 'defaults'],
        'several repositories are defined, and no default is chosen',
        {
          part: 'key',
          hint: `add \`repository:\` to \`defaults\`: one of ${list}`,
        },
      );
    }
    return only ?? '';
  }
  const name = asText(named) ?? '';
  if (name !== '' && isMapping(given.repositories) && !names.includes(name)) {
    const hint = suggestionHint(name, names);
    findings.error('STW207', ['defaults', 'repository'], `no repository is named \`${name}\``, {
      ...(hint === undefined ? {} : { hint }),
    });
  }
  return name;
}

/** The schema has looked at the letters. */
function readProject(findings: Findings, given: Mapping): string {
  const project = asText(given.project) ?? '';
  if (isTakenProjectName(project)) {
    findings.error(
      'STW216',
      ['project'],
      `\`${project}\` stands for something else in the names of units and folders`,
      {
        hint: `use another name, such as \`my${project}\``,
      },
    );
  }
  return project;
}

/** A folder below the policy's own. */
function readFolder(findings: Findings, given: Mapping, key: 'output' | 'templates'): string | null {
  const text = asText(given[key]);
  if (text === null || text === '') return null;
  const result = readRelativePath(text);
  if ('path' in result && result.path !== '') return result.path;
  const problem = 'problem' in result ? result.problem : "is the policy's own folder";
  findings.error('STW203', [key], `\`${key}\` ${problem}`, {
    hint: `name a folder below the policy's own, such as \`${key === 'output' ? 'rendered' : 'templates'}\``,
  });
  return null;
}

function readPatterns(given: Mapping, key: 'contracts' | 'values'): InputPattern[] {
  const value = given[key];
  if (typeof value === 'string') return value === '' ? [] : [{ pattern: value, pointer: [key] }];
  const texts = asTexts(value);
  return asList(value).flatMap((item, index) =>
    typeof item === 'string' && item !== '' && texts.includes(item)
      ? [{ pattern: item, pointer: [key, index] }]
      : [],
  );
}

function checkAllTexts(findings: Findings, value: unknown, pointer: Pointer): void {
  if (typeof value === 'string') {
    checkText(findings, pointer, value, { multiline: false });
  } else if (Array.isArray(value)) {
    for (const [index, item] of value.entries()) checkAllTexts(findings, item, [...pointer, index]);
  } else if (isMapping(value)) {
    for (const [key, item] of Object.entries(value)) checkAllTexts(findings, item, [...pointer, key]);
  }
}
