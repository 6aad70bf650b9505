import { commentText, markdownComment } from './comment.js';
import { htmlComment, htmlJson, htmlText } from './html-text.js';
import { markdownCellCode, markdownCode, markdownFencedLine, markdownText } from './markdown-text.js';
import { fencedShellWord, shellWord } from './shell-word.js';
import { systemdBind } from './systemd-bind.js';
import { systemdPath, systemdText, systemdToken } from './systemd-text.js';
import {
  systemdArgument,
  systemdArgumentPart,
  systemdAssignmentPart,
  systemdCommandWord,
  systemdProgram,
  systemdWord,
  systemdWordPart,
} from './systemd-word.js';
import { yamlBlock, yamlFlow, yamlNode, yamlPlace } from './yaml-node.js';
import { yamlKey } from './yaml-scalar.js';

/** Writes the values of one tag; `line` is the text of the output's current line so far. */
type Encoder = (values: readonly unknown[], line: string) => string;

const one =
  (encode: (value: unknown, line: string) => string): Encoder =>
  ([value], line) =>
    encode(value, line);

/** Every encoder by the name that compiled templates hold. */
export const ENCODERS = {
  comment: one(commentText),
  'markdown-comment': one(markdownComment),
  'systemd-text': one(systemdText),
  'systemd-path': one(systemdPath),
  'systemd-token': one(systemdToken),
  'systemd-word': one(systemdWord),
  'systemd-word-part': one(systemdWordPart),
  'systemd-assignment-part': one(systemdAssignmentPart),
  'systemd-argument': one(systemdArgument),
  'systemd-argument-part': one(systemdArgumentPart),
  'systemd-program': one(systemdProgram),
  'systemd-command-word': one(systemdCommandWord),
  'systemd-bind': ([source, destination]) => systemdBind(source, destination),
  'shell-word': one(shellWord),
  'yaml-node': ([value], line) => yamlNode(value, yamlPlace(line)),
  'yaml-block': ([value], line) => yamlBlock(value, yamlPlace(line)),
  'yaml-flow': one(yamlFlow),
  'yaml-key': one(yamlKey),
  'markdown-text': one(markdownText),
  'markdown-code': one(markdownCode),
  'markdown-cell-code': one(markdownCellCode),
  'markdown-fenced-word': one(fencedShellWord),
  'markdown-fenced-line': one(markdownFencedLine),
  'html-text': one(htmlText),
  'html-json': one(htmlJson),
  'html-comment': one(htmlComment),
} as const satisfies Record<string, Encoder>;

export type EncoderName = keyof typeof ENCODERS;
