import { asList, asMapping, asText } from '../../source/access.js';
import type { Pointer } from '../../source/document.js';
import type { Findings } from '../../source/findings.js';
import { oneOf } from '../../source/choices.js';

/** A Kubernetes toleration of one taint, with its key. */
export interface Toleration {
  readonly key: string;
  readonly operator: 'Equal' | 'Exists';
  readonly value?: string;
  readonly effect?: string;
  readonly tolerationSeconds?: number;
}

/**
 * Taints that the cluster itself puts on nodes that are ill, cut off, shut down or full. A pod that tolerates them stays
 * on a dead node, and with it the attachment of the workload's volume (kubernetes.io, "Taints and Tolerations").
 */
const OF_THE_CLUSTER = /^node\.(?:cloudprovider\.)?kubernetes\.io\//;

/** Reads `tolerations`; the API server's own rules and ours, the schema has checked types and names. */
export function readTolerations(findings: Findings, value: unknown, pointer: Pointer): Toleration[] {
  return asList(value).map((item, index) => readToleration(findings, item, [...pointer, index]));
}

function readToleration(findings: Findings, item: unknown, pointer: Pointer): Toleration {
  const given = asMapping(item);
  const key = asText(given.key);
  const refuse = (at: Pointer, message: string, hint: string): void => {
    findings.error('STW556', at, message, { hint });
  };
  if (key === null) {
    refuse(
      pointer,
      'a toleration without `key` is one of every taint, of that of a dead node too',
      'name the taints of your nodes, each by its `key` (`kubectl describe nodes`)',
    );
  } else if (OF_THE_CLUSTER.test(key)) {
    refuse(
      [...pointer, 'key'],
      `\`${key}\` is a taint of the cluster itself: a pod that tolerates it stays on a dead node and keeps the workload's volume there`,
      'leave it out; only taints of your own may be tolerated',
    );
  }
  const operator = oneOf(given.operator, ['Equal', 'Exists']);
  const value = asText(given.value);
  if (operator === 'Exists' && value !== null && value !== '') {
    refuse(
      [...pointer, 'value'],
      '`operator: Exists` takes no value',
      'leave `value` out, or write `operator: Equal`',
    );
  }
  const effect = asText(given.effect);
  const seconds = given.tolerationSeconds;
  if (seconds !== undefined && effect !== 'NoExecute') {
    refuse(
      [...pointer, 'tolerationSeconds'],
      '`tolerationSeconds` goes with `effect: NoExecute` alone',
      'leave it out, or write `effect: NoExecute`',
    );
  }
  return {
    key: key ?? '',
    operator,
    ...(operator === 'Equal' ? { value: value ?? '' } : {}),
    ...(effect === null ? {} : { effect }),
    ...(typeof seconds === 'number' ? { tolerationSeconds: seconds } : {}),
  };
}
