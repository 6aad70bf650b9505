/** What install.sh says when everything is installed: how to test the alarm, and its last line. */
export function nothingToDo(
  tree: string,
  { hook, user = null }: { readonly hook: boolean; readonly user?: string | null },
): string {
  const test = `systemctl ${user === null ? '' : '--user '}start stowage-lab-failure@test.service`;
  const folder = user === null ? '/etc/stowage/on-failure.d' : `${user}/.config/stowage/on-failure.d`;
  const alarm = hook
    ? `To test the alarm: ${test}`
    : `NOTE: nobody is told of failures until there is a program in ${folder}; the README of this tree has one.\nThen test the alarm: ${test}`;
  return `${alarm}\ndone: ${tree}\n`;
}
