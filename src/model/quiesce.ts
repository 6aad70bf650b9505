import type { Pointer } from '../source/document.js';

/** A program with its arguments. */
export type CommandLine = readonly string[];

/** What stands still while files are read: `backup.quiesce`. Plain but for the pointer. */
export interface Quiesce {
  readonly mode: 'pause' | 'stop' | 'commands';
  /** Compose services, containers or units; empty for all that the service is. */
  readonly services: readonly string[];
  /** Run on the host before. */
  readonly before: readonly CommandLine[];
  /** Ends what `before` began. */
  readonly after: readonly CommandLine[];
  /** Minutes for each command, container or unit. */
  readonly timeout: number;
  readonly pointer: Pointer;
}

/** Commands of the host around a backup: `backup.hooks`. Plain but for the pointer. */
export interface Hooks {
  readonly before: readonly CommandLine[];
  /** Whatever happened. */
  readonly after: readonly CommandLine[];
  readonly on_success: readonly CommandLine[];
  readonly on_failure: readonly CommandLine[];
  /** Minutes for each of them. */
  readonly timeout: number;
  readonly pointer: Pointer;
}

/** What stands still, as the plan has it. */
export type PlannedQuiesce = Omit<Quiesce, 'pointer'>;
/** Commands around a backup, as the plan has them. */
export type PlannedHooks = Omit<Hooks, 'pointer'>;

/** What stands still in one place, as `around.sh` is told. */
export interface PlacedQuiesce {
  /** `docker`, `podman`, `unit` or `lxc`; `none` where commands are all. */
  readonly engine: string;
  /** `KEY=NAME` */
  readonly words: readonly string[];
}
