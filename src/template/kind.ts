/** The kinds of file that templates make; the kind decides how `{{x}}` is escaped. */
export type FileKind = 'systemd' | 'shell' | 'yaml' | 'markdown' | 'html';

/** `conf` stands for sysusers.d and tmpfiles.d: systemd's words and specifiers, in lines without keys. */
const KINDS: Readonly<Record<string, FileKind>> = {
  service: 'systemd',
  timer: 'systemd',
  socket: 'systemd',
  mount: 'systemd',
  container: 'systemd',
  volume: 'systemd',
  conf: 'systemd',
  sh: 'shell',
  yml: 'yaml',
  yaml: 'yaml',
  md: 'markdown',
  html: 'html',
};

/** Every ending that a template's name may have before `.hbs`. */
export const TEMPLATE_EXTENSIONS: readonly string[] = Object.keys(KINDS);

/** The ending before `.hbs` of a template's name (`systemd/backup.service.hbs`: `service`); empty without one. */
export function templateExtension(name: string): string {
  return /\.([A-Za-z0-9]+)\.hbs$/.exec(name)?.[1] ?? '';
}

/** The kind of file that the template of this name makes, or undefined when its ending says none. */
export function templateKind(name: string): FileKind | undefined {
  const extension = templateExtension(name);
  return Object.hasOwn(KINDS, extension) ? KINDS[extension] : undefined;
}
