import type { Contract } from '../../model/contract.js';
import type { PlannedVolume, Workload } from '../../model/plan.js';
import { contractOf } from './contract.js';

/**
 * What runs a service in a cluster. The kind is what the contract says; else a StatefulSet where a claim is named like
 * those that it makes, and a Deployment where the claims are the live adapter's, which makes Deployments; else nobody
 * knows.
 */
export function planWorkload(contract: Contract, volumes: readonly PlannedVolume[]): Workload {
  const given = contractOf(contract).workload;
  const name = given.name ?? contract.service_name;
  const isAdapters =
    given.name === null &&
    volumes.every((volume) => volume.kind !== 'claim' || volume.name === `${contract.service_name}-data`);
  const guessed = podsOfClaims(name, volumes).length > 0 ? 'StatefulSet' : isAdapters ? 'Deployment' : null;
  return {
    kind: given.kind ?? guessed,
    name,
    selector: given.selector ?? { app: contract.service_name },
  };
}

/** The pods of a StatefulSet that a job's claims belong to; none of any other kind. */
export function podsOf(workload: Workload | undefined, volumes: readonly PlannedVolume[]): string[] {
  return workload?.kind === 'StatefulSet' ? podsOfClaims(workload.name, volumes) : [];
}

/**
 * The pods of a StatefulSet to which claims belong: it names them `<template>-<set>-<number>` and their pods
 * `<set>-<number>` (kubernetes.io, "StatefulSets").
 *
 * @param set the name of the StatefulSet
 */
function podsOfClaims(set: string, volumes: readonly PlannedVolume[]): string[] {
  const pods = volumes.flatMap(({ kind, name }) => {
    const [, number] = kind === 'claim' ? (/-([0-9]+)$/.exec(name ?? '') ?? []) : [];
    const pod = `${set}-${number ?? ''}`;
    return number !== undefined && name?.endsWith(`-${pod}`) === true ? [pod] : [];
  });
  return [...new Set(pods)].sort();
}
