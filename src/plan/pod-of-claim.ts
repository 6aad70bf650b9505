import type { PlannedVolume } from './plan.js';

/**
 * The pods of a StatefulSet to which claims belong: it names them `<template>-<set>-<number>` and their pods
 * `<set>-<number>` (kubernetes.io, "StatefulSets").
 *
 * @param set the name of the StatefulSet
 */
export function podsOfClaims(set: string, volumes: readonly PlannedVolume[]): string[] {
  const pods = volumes.flatMap(({ kind, name }) => {
    const [, number] = kind === 'claim' ? (/-([0-9]+)$/.exec(name ?? '') ?? []) : [];
    const pod = `${set}-${number ?? ''}`;
    return number !== undefined && name?.endsWith(`-${pod}`) === true ? [pod] : [];
  });
  return [...new Set(pods)].sort();
}
