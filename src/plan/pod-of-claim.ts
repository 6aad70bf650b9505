import type { PlannedVolume } from './plan.js';

/**
 * The pods of a StatefulSet to which claims belong: it names them `<template>-<set>-<number>` and their pods
 * `<set>-<number>` (kubernetes.io, "StatefulSets"). A set is taken to be called like its service.
 */
export function podsOfClaims(service_name: string, volumes: readonly PlannedVolume[]): string[] {
  const pods = volumes.flatMap(({ kind, name }) => {
    const [, number] = kind === 'claim' ? (/-([0-9]+)$/.exec(name ?? '') ?? []) : [];
    const pod = `${service_name}-${number ?? ''}`;
    return number !== undefined && name?.endsWith(`-${pod}`) === true ? [pod] : [];
  });
  return [...new Set(pods)].sort();
}
