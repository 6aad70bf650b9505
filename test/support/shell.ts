/** The shell that runs scripts of pods: the machine's, or that of small images where `npm run test:tools` runs these tests again. */
export const BUSYBOX = process.env.TEST_SHELL === 'busybox';
export const SHELL: readonly [string, ...string[]] = BUSYBOX ? ['busybox', 'sh'] : ['sh'];
