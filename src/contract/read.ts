import { contractSchemaText } from '#generated/schemas.js';
import { validateContract } from '#generated/validators.js';
import { hasErrors, type Diagnostic } from '../diagnostics/diagnostic.js';
import { asInteger, asMapping, asText, nonEmpty, scalarText } from '../source/access.js';
import { append } from '../source/append.js';
import type { WrittenDocument } from '../source/document.js';
import { Findings } from '../source/findings.js';
import { schemaDiagnostics } from '../source/schema-errors.js';
import type { JsonSchema } from '../source/schema.js';
import { isMapping, type Mapping } from '../source/yaml-values.js';
import { readBackupBlock } from './backup-block.js';
import { checkArguments } from './commands.js';
import type { Contract } from '../model/contract.js';
import { readDatabaseHints } from './database-hints.js';
import { readHealthCommand } from './health.js';
import { readEphemeralMounts, readPersistentVolumes, readRuntimes } from './mounts.js';
import { checkNearKeys } from './near-keys.js';
import { overlay, pointingTo } from './overlay.js';
import { resolveReferences } from './references.js';
import { readRequires } from './requires.js';
import { withStorage } from './storage.js';
import { readForRuntimes } from './for-runtimes.js';
import { checkTexts } from './texts.js';
import type { ValuesLookup } from './values.js';
import { readComposeVolumes, readServiceVolumes } from './volumes.js';
import { readComposeServices, readContainerName, shredsSecrets } from './workload.js';

const SCHEMA = JSON.parse(contractSchemaText) as JsonSchema;

/** The id by which deployments know a contract; what is wrong with it is reported when the whole is read. */
export function readId(document: WrittenDocument, values: ValuesLookup): string {
  const only = { type: 'object', properties: { service_id: { type: 'string' } } };
  const { value } = resolveReferences(overlay(document, only, values), only, values);
  return asText(asMapping(value).service_id) ?? '';
}

/** Reads a contract where these values hold. */
export function readContract(
  own: WrittenDocument,
  values: ValuesLookup,
): { contract: Contract | null; diagnostics: Diagnostic[] } {
  const overlaid = overlay(own, SCHEMA, values);
  if (!isMapping(overlaid.value)) {
    const findings = new Findings(overlaid);
    findings.error('STW018', [], 'a contract must be a mapping of keys to values', {
      hint: 'begin with `service_id: ...`',
    });
    return { contract: null, diagnostics: findings.diagnostics };
  }
  const resolved = resolveReferences(overlaid, SCHEMA, values);
  const document = pointingTo(overlaid, resolved.origins);
  const findings = new Findings(document);
  const diagnostics = [...resolved.diagnostics];
  if (!validateContract(resolved.value)) {
    const check = { document, value: resolved.value, schema: SCHEMA, isReported: resolved.isReported };
    append(diagnostics, schemaDiagnostics(check, validateContract.errors ?? []));
  }
  checkTexts(findings, SCHEMA, resolved.value);
  const { cmd, liveness } = asMapping(asMapping(resolved.value).health);
  checkArguments(findings, cmd, ['health', 'cmd']);
  checkArguments(findings, asMapping(liveness).cmd, ['health', 'liveness', 'cmd']);
  checkNearKeys(findings, SCHEMA, resolved.value);
  const contract = {
    ...build(findings, document, asMapping(resolved.value)),
    databases: readDatabaseHints(own, values),
  };
  append(diagnostics, findings.diagnostics);
  return { contract: hasErrors(diagnostics) ? null : contract, diagnostics };
}

/** The contract with defaults filled in; what is wrong with the rest of it is in the findings or already reported. */
function build(findings: Findings, document: WrittenDocument, given: Mapping): Omit<Contract, 'databases'> {
  const serviceId = asText(given.service_id) ?? '';
  const persistent = withStorage(findings, given, readPersistentVolumes(findings, given));
  const security = asMapping(given.service_security);
  return {
    document,
    service_id: serviceId,
    service_name: nonEmpty(given.service_name) ?? serviceId,
    service_unit_name: nonEmpty(given.service_unit_name) ?? serviceId,
    compose_services: readComposeServices(findings, given),
    container_name: readContainerName(findings, given),
    shreds_secrets: shredsSecrets(given),
    service_namespace: nonEmpty(given.service_namespace) ?? 'default',
    service_volumes: readServiceVolumes(findings, given),
    compose_volumes: readComposeVolumes(findings, given),
    persistent_volumes: persistent,
    ephemeral_mounts: readEphemeralMounts(findings, given, persistent),
    service_storage_gb: asInteger(given.service_storage_gb),
    runtime_settings: readForRuntimes(findings, given),
    runtimes: readRuntimes(findings, given),
    run_as_user: scalarText(security.run_as_user),
    run_as_group: scalarText(security.run_as_group),
    health_cmd: readHealthCommand(given),
    requires: readRequires(findings, given),
    backup: readBackupBlock(findings, given, persistent),
    variants: new Map(),
  };
}
