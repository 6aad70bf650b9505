/** Text for an Ansible variable, as templates get it. */
export interface AnsibleText {
  readonly value: string;
  /** Whether it has to be marked `!unsafe`: otherwise Ansible would take a part of it for an expression and run it. */
  readonly literal: boolean;
}

/**
 * Text that people wrote, for a variable file. Whatever holds an opening delimiter of Jinja is marked
 * (docs.ansible.com, "Advanced playbook syntax": unsafe strings); other text is left readable for every YAML reader.
 */
export function ansibleText(value: string): AnsibleText {
  return { value, literal: /\{[{%#]/.test(value) };
}
