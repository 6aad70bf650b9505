import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { dump } from 'js-yaml';
import { fileChanges } from '../../src/review/file-changes.js';
import { hunks } from '../../src/output/diff.js';
import { formatReviewMarkdown, MAX_COMMENT } from '../../src/review/format-markdown.js';
import { formatReviewText } from '../../src/review/format-text.js';
import type { Finding } from '../../src/review/finding.js';
import { reviewStates, sideOfState, type State } from '../support/review.js';
import { hostileText } from '../support/hostile-text.js';

interface Volume {
  readonly name: string;
  readonly bind: boolean;
  readonly waived: boolean;
}

interface Service {
  readonly id: string;
  readonly volumes: readonly Volume[];
  readonly runtimes: readonly string[];
  readonly daily: number | null;
}

const name = fc.stringMatching(/^[a-z][a-z0-9]{1,6}$/);
const service = fc.record({
  id: name,
  volumes: fc.uniqueArray(fc.record({ name, bind: fc.boolean(), waived: fc.boolean() }), {
    selector: (volume) => volume.name,
    minLength: 1,
    maxLength: 3,
  }),
  runtimes: fc.subarray(['docker', 'podman', 'baremetal'], { minLength: 1 }),
  daily: fc.option(fc.integer({ min: 1, max: 30 })),
});
const fleet = fc.uniqueArray(service, { selector: ({ id }) => id, minLength: 1, maxLength: 4 });

const POLICY = {
  version: 1,
  project: 'lab',
  contracts: 'services/**/*.yml',
  repositories: { main: { url: 'rest:https://backup1.example:8000/home', maintenance: { host: 'backup1' } } },
  defaults: { schedule: '0 1 * * *', spread: '90m', retention: { keep_daily: 7, keep_weekly: 4 } },
};

function contractOf({ id, volumes, runtimes, daily }: Service): Record<string, unknown> {
  const waived = volumes.filter((volume) => volume.waived);
  const settings = waived.map((volume) => [volume.name, { enabled: false, reason: 'made again' }] as const);
  const retention = daily === null ? {} : { retention: { keep_daily: daily } };
  return {
    service_id: id,
    service_volumes: volumes.map((volume) => ({
      name: volume.name,
      target: `/data/${volume.name}`,
      ...(volume.bind ? { host_path: `/srv/${id}/${volume.name}` } : {}),
    })),
    mounts: {
      persistent_volumes: volumes.map((volume) => ({ name: volume.name, path: `/data/${volume.name}` })),
    },
    runtime_templates: Object.fromEntries(runtimes.map((runtime) => [runtime, 'template'])),
    backup: { ...retention, volumes: Object.fromEntries(settings) },
  };
}

/** How the same contracts may be written down. */
interface Writing {
  readonly reversed: boolean;
  readonly flow: boolean;
  readonly anchors: boolean;
  readonly quotes: boolean;
  readonly comments: boolean;
  readonly oneFile: boolean;
  readonly folder: string;
}

const writing = fc.record({
  reversed: fc.boolean(),
  flow: fc.boolean(),
  anchors: fc.boolean(),
  quotes: fc.boolean(),
  comments: fc.boolean(),
  oneFile: fc.boolean(),
  folder: fc.constantFrom('', 'a/', 'z/y/'),
});

/** Keys of mappings in the opposite order, at every depth; lists keep theirs. */
function reversed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(reversed);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .reverse()
      .map(([key, child]) => [key, reversed(child)]),
  );
}

function textOf(value: unknown, how: Writing): string {
  const ordered = how.reversed ? reversed(value) : value;
  const text = dump(ordered, { flowLevel: how.flow ? 1 : -1, forceQuotes: how.quotes });
  if (!how.comments) return text;
  return `# a remark\n\n${text.replaceAll('\n', '  # and another\n')}\n\n`;
}

/** The service's id behind an anchor, and an alias of it that nothing reads. */
function withAnchor(text: string): string {
  return `${text.replace(/^service_id: /m, 'service_id: &id ')}x_again: *id\n`;
}

function stateOf(services: readonly Service[], how: Writing): State {
  const texts = services.map((entry) => {
    const text = textOf(contractOf(entry), how);
    return how.anchors ? withAnchor(text) : text;
  });
  const contracts: Record<string, string> = how.oneFile
    ? { 'services/all.yml': texts.join('---\n') }
    : Object.fromEntries(
        texts.map((text, index) => [`services/${how.folder}${services[index]?.id ?? ''}.yml`, text]),
      );
  return { 'stowage.yml': textOf(POLICY, how), ...contracts };
}

describe('the same contracts, written in another way', () => {
  test('no finding, and no file that differs in more than its header', () => {
    fc.assert(
      fc.property(fleet, writing, writing, (services, one, other) => {
        const before = stateOf(services, one);
        const after = stateOf([...services].reverse(), other);
        expect(reviewStates(before, after)).toEqual([]);
        const changes = fileChanges(sideOfState(before).after, sideOfState(after).after);
        expect(changes).toEqual({ added: [], changed: [], removed: [] });
      }),
      { numRuns: 15 },
    );
  });
});

describe('what people read', () => {
  const finding = fc
    .record({
      text: hostileText,
      before: fc.option(hostileText),
      after: fc.option(hostileText),
      severity: fc.constantFrom('critical' as const, 'warning' as const, 'info' as const),
    })
    .map(({ text, before, after, severity }): Finding => ({
      ...{ code: 'STW801', severity, service: text, volume: text, runtime: 'docker', host: text },
      ...{ before, after, message: `volume \`${text.replaceAll('`', "'")}\` goes`, hint: text },
      span: { file: text, line: 1, column: 1, end_line: 1, end_column: 1 },
    }));

  test('a comment never exceeds its limit, whatever is in it; folds and fences stay whole', () => {
    fc.assert(
      fc.property(
        fc.array(finding, { maxLength: 30 }),
        fc.array(hostileText, { maxLength: 12 }),
        (findings, texts) => {
          const paths = texts.map((_, index) => `file-${index}`);
          const review = {
            ...{ verdict: 'critical' as const, findings, files: { added: paths, changed: [], removed: [] } },
            contents: (path: string) => ({
              before: '',
              after: (texts[Number(path.slice('file-'.length))] ?? '').repeat(2000),
            }),
          };
          const comment = formatReviewMarkdown(review);
          expect(comment.length).toBeLessThanOrEqual(MAX_COMMENT);
          const outside = comment.replace(/^( *)(`{3,})(?:diff)?\n[^]*?^\1\2$/gm, '');
          expect(outside.split('\n<details>').length).toBe(outside.split('\n</details>').length);
          // eslint-disable-next-line no-control-regex -- control characters are what this is about
          expect(comment + formatReviewText(review, false)).not.toMatch(/[\u0000-\u0008\u000b-\u001f\u007f]/);
        },
      ),
      { numRuns: 40 },
    );
  });

  test('a file that changes beyond measure is not compared line by line', () => {
    const many = (word: string) => Array.from({ length: 6000 }, (_, index) => `${word} ${index}\n`).join('');
    expect(hunks(many('a'), many('b'))).toBeNull();
    expect(hunks('a\nb\n', 'a\nc\n')).toBe('@@ -1,2 +1,2 @@\n a\n-b\n+c\n');
  });
});
