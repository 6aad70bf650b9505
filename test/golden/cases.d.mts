/** Every golden case: its name, the policy that is rendered, the folder of what must come out. */
export function goldenCases(): { name: string; config: string; expected: string }[];
export interface GoldenReport {
  readonly format: 'html' | 'markdown';
  readonly config: string;
  readonly file: string;
}
export declare function goldenReports(): GoldenReport[];
