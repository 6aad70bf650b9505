import { readFileSync } from 'node:fs';
import { Ajv } from 'ajv';

/** RFC 3986, the characters alone: what is left of a URI reference when every escape is whole. */
const URI_REFERENCE = /^(?:[A-Za-z0-9._~:/?#[\]@!$&'()*+,;=-]|%[0-9A-Fa-f]{2})*$/;

const ajv = new Ajv({ allErrors: true, strict: false, unicodeRegExp: false });
ajv.addFormat('uri-reference', (text: string) => URI_REFERENCE.test(text) && URL.canParse(text, 'file:///'));
ajv.addFormat('uri', (text: string) => URI_REFERENCE.test(text) && URL.canParse(text));
const valid = ajv.compile(
  JSON.parse(readFileSync(new URL('../fixtures/sarif/fields-2.1.0.json', import.meta.url), 'utf8')) as object,
);

/** What the published schema of SARIF 2.1.0 has against a log; empty for a valid one. */
export function sarifErrors(log: unknown): string[] {
  if (valid(log)) return [];
  return (valid.errors ?? []).map(({ instancePath, message = '', params }) =>
    [instancePath, message, JSON.stringify(params)].join(' '),
  );
}

/** The parts of a log that tests look at. */
export interface SarifLog {
  readonly runs: readonly [
    {
      readonly tool: { readonly driver: { readonly rules: readonly { readonly id: string }[] } };
      readonly results: readonly {
        readonly ruleId: string;
        readonly ruleIndex: number;
        readonly level: string;
        readonly message: { readonly text: string };
        readonly locations: readonly [
          {
            readonly physicalLocation: {
              readonly artifactLocation: { readonly uri: string; readonly uriBaseId?: string };
              readonly region: Readonly<Record<string, number>>;
            };
          },
        ];
        readonly partialFingerprints: Readonly<Record<string, string>>;
      }[];
    },
  ];
}
