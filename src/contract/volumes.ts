import { asList, asMapping, asText } from '../source/access.js';
import type { Pointer } from '../source/document.js';
import type { Findings } from '../source/findings.js';
import { readAbsolutePath } from '../source/paths.js';
import { isMapping, type Mapping } from '../source/yaml-values.js';
import type { ServiceVolume } from '../model/contract.js';
import { checkName, ENGINE_VOLUME_NAME } from '../source/name-rules.js';

/** Reads `service_volumes`. */
export function readServiceVolumes(findings: Findings, contract: Mapping): ServiceVolume[] {
  return readVolumes(findings, contract.service_volumes, ['service_volumes']);
}

/** Reads the `volumes` of all `services[]`, in order. */
export function readComposeVolumes(findings: Findings, contract: Mapping): ServiceVolume[] {
  return asList(contract.services).flatMap((service, index) =>
    readVolumes(findings, asMapping(service).volumes, ['services', index, 'volumes']),
  );
}

function readVolumes(findings: Findings, list: unknown, pointer: Pointer): ServiceVolume[] {
  return asList(list).flatMap((item, index) => {
    const place = [...pointer, index];
    const volume =
      typeof item === 'string'
        ? readShortVolume(findings, item, place)
        : isMapping(item)
          ? readLongVolume(findings, item, place)
          : null;
    return volume === null ? [] : [volume];
  });
}

/** The path at a pointer, normalised; null when absent or reported. */
export function readPath(findings: Findings, value: unknown, pointer: Pointer): string | null {
  const text = asText(value);
  if (text === null || text === '') return null;
  const result = readAbsolutePath(text);
  if ('path' in result) return result.path;
  findings.error('STW102', pointer, `\`${text}\` ${result.problem}`, {
    hint: 'write the full path from `/`, without `..`',
  });
  return null;
}

function readLongVolume(findings: Findings, item: Mapping, pointer: Pointer): ServiceVolume | null {
  // Compose lists tmpfs mounts among its volumes; there is nothing to back up in them.
  if (asText(item.type) === 'tmpfs') return null;
  const target = readPath(findings, item.target, [...pointer, 'target']);
  const bind = bindKey(item);
  const hostPath = bind === null ? null : readPath(findings, item[bind], [...pointer, bind]);
  const source = bind === 'source' ? null : asText(item.source);
  const name = asText(item.name) ?? source ?? target;
  if (name === null || target === null || (bind !== null && hostPath === null)) return null;
  if (bind === null && !hasGoodName(findings, item, pointer)) return null;
  const size = typeof item.size === 'number' ? String(item.size) : asText(item.size);
  const type = asText(item.host_path_type);
  const external = item.external === true;
  return {
    name,
    target,
    host_path: hostPath,
    is_source: bind === 'source',
    is_file: type === 'File' || type === 'FileOrCreate',
    source: source === name ? null : source,
    external,
    size,
    pointer,
  };
}

/** The key that makes it a bind mount: `host_path`, or a `source` that is a path, as Compose writes it. */
function bindKey(item: Mapping): 'host_path' | 'source' | null {
  if (item.host_path !== null && item.host_path !== undefined) return 'host_path';
  return asText(item.source)?.startsWith('/') === true ? 'source' : null;
}

/** Whether a managed volume has a name that the engines take; one without any name is anonymous. */
function hasGoodName(findings: Findings, item: Mapping, pointer: Pointer): boolean {
  const key = asText(item.source) === null ? 'name' : 'source';
  const name = asText(item[key]);
  return name === null || checkName(findings, [...pointer, key], name, ENGINE_VOLUME_NAME);
}

/** Compose's short form: `name:/target[:options]` or `/host/path:/target[:options]`. */
function readShortVolume(findings: Findings, text: string, pointer: Pointer): ServiceVolume | null {
  const [source = '', targetText, , ...rest] = text.split(':');
  const isReadable = targetText?.startsWith('/') === true && rest.length === 0;
  const isName = ENGINE_VOLUME_NAME.pattern.test(source);
  if (!isReadable || !(source.startsWith('/') || isName)) {
    findings.error('STW108', pointer, `\`${text}\` is not a volume in Compose's short form`, {
      hint: 'write `name:/target` or `/host/path:/target`, or a mapping with `name`, `target`, `host_path`',
    });
    return null;
  }
  const target = readPath(findings, targetText, pointer);
  const hostPath = source.startsWith('/') ? readPath(findings, source, pointer) : null;
  if (target === null || (source.startsWith('/') && hostPath === null)) return null;
  const name = isName ? source : target;
  return {
    name,
    target,
    host_path: hostPath,
    is_source: hostPath !== null,
    is_file: false,
    source: null,
    external: false,
    size: null,
    pointer,
  };
}
