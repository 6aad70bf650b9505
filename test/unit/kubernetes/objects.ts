import { readFileSync } from 'node:fs';
import { loadAll } from 'js-yaml';

/** The oldest and the newest minor version that our objects are held against. */
export const MINORS = ['1.32', '1.36'] as const;

interface FieldType {
  readonly fields?: Readonly<Record<string, string>>;
  readonly scalar?: string;
  readonly required?: readonly string[];
  /** Values that a field may have. */
  readonly allowed?: Readonly<Record<string, readonly string[]>>;
  /** What a field's text must match. */
  readonly patterns?: Readonly<Record<string, string>>;
  /** Of the operators' kinds: repository, file and commit that the fields were read from. */
  readonly source?: readonly string[];
}
export type FieldTable = Readonly<Record<string, FieldType>>;
export type Fields = Readonly<Record<string, unknown>>;

const CORE: Readonly<Record<string, string>> = {
  'apps/v1 DaemonSet': 'io.k8s.api.apps.v1.DaemonSet',
  'batch/v1 CronJob': 'io.k8s.api.batch.v1.CronJob',
  'batch/v1 Job': 'io.k8s.api.batch.v1.Job',
  'networking.k8s.io/v1 NetworkPolicy': 'io.k8s.api.networking.v1.NetworkPolicy',
  'v1 ConfigMap': 'io.k8s.api.core.v1.ConfigMap',
  'v1 PersistentVolumeClaim': 'io.k8s.api.core.v1.PersistentVolumeClaim',
  'v1 Pod': 'io.k8s.api.core.v1.Pod',
  'v1 ServiceAccount': 'io.k8s.api.core.v1.ServiceAccount',
};

/** Values of Kubernetes' own fields whose type is only `string`: a wrong one is refused by the API server. */
const ALLOWED: Readonly<Record<string, readonly string[]>> = {
  concurrencyPolicy: ['Allow', 'Forbid', 'Replace'],
  policyTypes: ['Egress', 'Ingress'],
  protocol: ['SCTP', 'TCP', 'UDP'],
  restartPolicy: ['Always', 'Never', 'OnFailure'],
};

function fixture(name: string): FieldTable {
  const url = new URL(`../../fixtures/kubernetes/${name}.json`, import.meta.url);
  return JSON.parse(readFileSync(url, 'utf8')) as FieldTable;
}

/** Every known type of one minor version, and those of the operators. */
export function fieldTable(minor: string): FieldTable {
  return { ...fixture(`fields-${minor}`), ...fixture('operators') };
}

/** All objects of a YAML stream; empty documents are none. */
export function objectsOf(text: string): Fields[] {
  return loadAll(text).filter((value): value is Fields => typeof value === 'object' && value !== null);
}

/** What is wrong with an object: unknown, missing and mistyped fields, each with its path. */
export function objectProblems(object: Fields, table: FieldTable): string[] {
  const name = `${String(object.apiVersion)} ${String(object.kind)}`;
  const type = CORE[name] ?? name;
  return table[type] === undefined
    ? [`${name} is not a known kind`]
    : check(object, `type ${type}`, name, table);
}

function check(value: unknown, type: string, path: string, table: FieldTable): string[] {
  if (type === 'untyped') return value === undefined || value === null ? [`${path} is empty`] : [];
  if (type.startsWith('[')) {
    if (!Array.isArray(value)) return [`${path} is no list`];
    return value.flatMap((item, index) => check(item, type.slice(1, -1), `${path}[${index}]`, table));
  }
  if (type === 'string' || type === 'numeric' || type === 'boolean') return checkScalar(value, type, path);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    const scalar = type.startsWith('type ') ? table[type.slice(5)]?.scalar : undefined;
    return scalar === undefined ? [`${path} is no mapping`] : check(value, scalar, path, table);
  }
  if (type.startsWith('{')) {
    return Object.entries(value).flatMap(([key, item]) =>
      check(item, type.slice(1, -1), `${path}.${key}`, table),
    );
  }
  return checkFields(value as Fields, table[type.slice(5)], path, table);
}

function checkFields(value: Fields, type: FieldType | undefined, path: string, table: FieldTable): string[] {
  if (type?.fields === undefined) return [`${path} has an unknown type`];
  const { fields, required = [], allowed = {}, patterns = {} } = type;
  return [
    ...required.filter((key) => !(key in value)).map((key) => `${path}.${key} is missing`),
    ...Object.entries(value).flatMap(([key, item]) => {
      const field = fields[key];
      if (field === undefined) return [`${path}.${key} is unknown`];
      const known = allowed[key] ?? ALLOWED[key];
      const pattern = patterns[key];
      const refused = [item]
        .flat()
        .map(String)
        .filter(
          (one) =>
            (known !== undefined && !known.includes(one)) ||
            (pattern !== undefined && !new RegExp(pattern, 'u').test(one)),
        );
      return [
        ...refused.map((one) => `${path}.${key} cannot be ${one}`),
        ...check(item, field, `${path}.${key}`, table),
      ];
    }),
  ];
}

function checkScalar(value: unknown, type: string, path: string): string[] {
  const wanted = type === 'numeric' ? 'number' : type;
  return typeof value === wanted ? [] : [`${path} is no ${wanted}`];
}

/** A pod's `spec`. */
export interface PodFields extends Fields {
  readonly containers: readonly Fields[];
  readonly tolerations?: readonly Fields[];
}

/** Every pod in a value, however deep: of an object, of a list of them, of a template. */
export function podsIn(value: unknown): PodFields[] {
  if (typeof value !== 'object' || value === null) return [];
  const inner = Object.values(value).flatMap(podsIn);
  return 'containers' in value && Array.isArray(value.containers) ? [value as PodFields, ...inner] : inner;
}

/** Every value of a field, however deep: operators' objects have pods in fields of their own. */
export function valuesOf(name: string, value: unknown): unknown[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, item]: [string, unknown]): unknown[] => [
    ...(key === name ? [item] : []),
    ...valuesOf(name, item),
  ]);
}
