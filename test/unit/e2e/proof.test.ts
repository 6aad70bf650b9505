import { describe, expect, test } from '@jest/globals';
import { versionIn } from '../../e2e/lib/engines.js';
import { compareProof, proofOf, readOutcomes } from '../../e2e/lib/proof.js';

const SCENARIOS = {
  docker: { shows: '', needs: [], engines: ['docker', 'restic'] },
  harness: { shows: '', needs: [], engines: ['restic'] },
};
const NOTED = [
  ['docker', 'docker', '26.1.5'],
  ['docker', 'podman', '5.4.2'],
  ['docker', 'restic', '0.18.0'],
  ['docker', 'restic', '0.18.0'],
  ['harness', 'restic', '0.19.1'],
  ['harness', 'restic', '0.18.0'],
];

describe('what a run has proven', () => {
  const outcomes = (...lines: string[]) => readOutcomes(lines.map((line) => line.split(' ')));

  test('is the versions of those engines that a scenario is about', () => {
    expect(proofOf(outcomes('harness 6 0 0 900', 'docker 9 0 0 40000'), NOTED, SCENARIOS)).toEqual({
      docker: { docker: ['26.1.5'], restic: ['0.18.0'] },
      harness: { restic: ['0.18.0', '0.19.1'] },
    });
  });

  test.each([
    ['a test failed', 'docker 9 1 0 40000'],
    ['a test was skipped or filtered out', 'docker 9 0 1 40000'],
    ['nothing ran', 'docker 0 0 0 10'],
    ['the file could not be loaded', 'docker 0 1 0 10'],
  ])('is nothing where %s', (_what, line) => {
    expect(proofOf(outcomes(line), NOTED, SCENARIOS)).toEqual({});
  });
});

describe('held against the README', () => {
  const then = { docker: { docker: ['26.1.5'], restic: ['0.18.0'] }, harness: { restic: ['0.18.0'] } };

  test('the same is the same', () => {
    expect(compareProof(then, then, true)).toEqual({ problems: [], remarks: [] });
  });

  test('a repaired version is only said', () => {
    const now = { ...then, docker: { docker: ['26.1.6'], restic: ['0.18.0'] } };
    expect(compareProof(now, then, true)).toEqual({
      problems: [],
      remarks: ['docker: docker is 26.1.6, was 26.1.5'],
    });
  });

  test.each([
    [
      'another minor version',
      { ...then, harness: { restic: ['0.19.0'] } },
      'harness: restic is 0.19.0, was 0.18.0',
    ],
    ['an engine less', { ...then, harness: { restic: [] } }, 'harness: restic is not there, was 0.18.0'],
    [
      'an engine more',
      { ...then, harness: { restic: ['0.18.0'], podman: ['5.4.2'] } },
      'harness: podman is 5.4.2, was not there',
    ],
    ['a new scenario', { ...then, podman: { podman: ['5.4.2'] } }, 'podman: not in proven.json'],
    ['a lost scenario', { docker: then.docker }, 'harness: in proven.json, but not proven by this run'],
  ])('%s is a problem', (_what, now, problem) => {
    expect(compareProof(now, then, true)).toEqual({ problems: [problem], remarks: [] });
  });

  test('a part of the suite need not have every scenario', () => {
    expect(compareProof({ docker: then.docker }, then, false).problems).toEqual([]);
  });

  test('an engine that was never there is a problem though both say so', () => {
    const never = { docker: { docker: [] } };
    expect(compareProof(never, never, true).problems).toEqual(['docker: docker is not there, was not there']);
  });

  test('Debian’s unstable moves on without failing anybody', () => {
    const at = (version: string) => ({ proxmox: { 'restic (Debian unstable)': [version] } });
    expect(compareProof(at('0.20.0'), at('0.19.1'), true)).toMatchObject({
      problems: [],
      remarks: [expect.anything()],
    });
  });
});

test.each([
  ['systemd 257 (257.8-1~deb13u2)', '257.8'],
  ['restic 0.18.0 compiled with go1.24.4 on linux/amd64', '0.18.0'],
  ['podman version 5.4.2', '5.4.2'],
  ['Docker version 26.1.5+dfsg1, build a72d7cd', '26.1.5'],
  ['Docker Compose version 2.26.1-4', '2.26.1'],
  ['ansible [core 2.19.4]', '2.19.4'],
  ['rest-server 0.13.0 compiled with go1.24.4', '0.13.0'],
  ['', null],
])('the version in %j is %j', (said, version) => {
  expect(versionIn(said)).toBe(version);
});
