import { isAtOrBelow } from '../../locate/pairing.js';

/** `ProtectHome=` of a job that uses these paths: `yes` hides home folders, what lives in one too (systemd.exec(5)). */
export function protectHome(paths: readonly string[]): 'read-only' | 'yes' {
  const homes = ['/home', '/root', '/run/user'];
  const usesHome = paths.some(
    (path) => path !== '' && homes.some((home) => isAtOrBelow(path, home) || isAtOrBelow(home, path)),
  );
  return usesHome ? 'read-only' : 'yes';
}
