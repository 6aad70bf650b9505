import type { Machine } from './machine.js';

/**
 * Types a command at a terminal of the machine, and Ctrl-C as soon as a condition of the shell holds; what stands there when
 * the prompt is back: the command's exit code, then what `look` prints.
 */
export async function interrupted(
  machine: Machine,
  command: string,
  condition: string,
  look: string,
): Promise<string> {
  // What is typed into survives Ctrl-C, as a shell with a prompt does.
  const typed = `trap : INT; ${command} >/run/terminal.said 2>&1; echo "code $?"; ${look}; touch /run/terminal.done`;
  const { stdout } = await machine.run([
    'sh',
    '-euc',
    // The terminal in front, because what a script starts in the background never hears of Ctrl-C.
    `rm -f /run/terminal*; mkfifo /run/terminal.keys
    {
      exec 5>/run/terminal.keys
      until ${condition}; do
        [ ! -e /run/terminal.done ] || exit
        sleep 0.05
      done
      printf '\\003' >&5
      until [ -e /run/terminal.done ]; do sleep 0.05; done
    } &
    script --quiet --flush --command "$1" /dev/null </run/terminal.keys >/run/terminal.prompt 2>&1
    cat /run/terminal.prompt`,
    'sh',
    typed,
  ]);
  return stdout.replaceAll('\r', '').replace(/^\^C/, '').trim();
}
