import { CORE_SCHEMA, defineMappingTag, defineScalarTag, defineSequenceTag, mergeTag } from 'js-yaml';
import { emptyMapping, LiteralText, VaultedValue, type Mapping } from './yaml-values.js';

const mapping = {
  create: emptyMapping,
  addPair: (carrier: Mapping, key: unknown, value: unknown) => {
    if (isComplex(key)) return 'a mapping or a list cannot be a key';
    carrier[String(key)] = value;
    return '';
  },
  has: (carrier: Mapping, key: unknown) => !isComplex(key) && Object.hasOwn(carrier, String(key)),
  keys: (result: Mapping) => Object.keys(result),
  get: (result: Mapping, key: unknown) => result[String(key)],
  identify: () => false,
};

function isComplex(key: unknown): boolean {
  return typeof key === 'object' && key !== null;
}

const sequence = {
  create: (): unknown[] => [],
  addItem: (carrier: unknown[], item: unknown) => {
    carrier.push(item);
  },
  identify: () => false,
};

function scalar(source: string, _isExplicit: boolean, tagName: string): unknown {
  if (tagName === '!vault' || tagName === '!vault-encrypted') return new VaultedValue();
  if (tagName === '!unsafe' && /\{[{%#]/.test(source)) return new LiteralText(source);
  return source;
}

/**
 * YAML 1.2's core schema with merge keys, as Ansible-flavoured files need it: mappings without prototype, `!vault`
 * opaque, every other unknown tag (`!unsafe`, `!env`, ...) ignored.
 */
export const YAML_SCHEMA = CORE_SCHEMA.withTags(
  mergeTag,
  defineMappingTag('tag:yaml.org,2002:map', mapping),
  defineMappingTag('', { ...mapping, matchByTagPrefix: true }),
  defineSequenceTag('', { ...sequence, matchByTagPrefix: true }),
  defineScalarTag('', { matchByTagPrefix: true, resolve: scalar, identify: () => false }),
);
