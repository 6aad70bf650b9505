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
  const typed = `${command} >/run/terminal.said 2>&1; echo "code $?"; ${look}`;
  const { stdout } = await machine.run([
    'sh',
    '-euc',
    `rm -f /run/terminal; mkfifo /run/terminal
    script --quiet --flush --command "$1" /dev/null </run/terminal >/run/terminal.prompt 2>&1 &
    exec 5>/run/terminal
    until ${condition}; do
      kill -0 $! || { cat /run/terminal.said; exit 1; }
      sleep 0.05
    done
    printf '\\003' >&5
    wait $!
    cat /run/terminal.prompt`,
    'sh',
    typed,
  ]);
  return stdout.replaceAll('\r', '').replace(/^\^C/, '').trim();
}
