/** Docker or Podman: each container is a file with its state in it; the newest is listed first. */
export const ENGINE = `here=$ENGINE_FOLDER
echo "$NAME $*" >>"$here/../log"
[ ! -e "$here/../down" ] || exit 1
set_state() { [ -e "$here/$2" ] && echo "$1" >"$here/$2"; }
case $1 in
  ps) [ "$2" != --quiet ] || exit 0
    for name in web db off; do
      [ ! -e "$here/$name" ] || case "$*" in
        *"project=shop"*) case "$*" in *.service=*) case "$*" in *".service=$name"*) ;; *) continue ;; esac ;; esac
          echo "$(cat "$here/$name") $name id-$name" ;;
      esac
    done ;;
  container) for name; do :; done
    case "$*" in *PODMAN_SYSTEMD_UNIT*) cat "$here/../unit-of-$name" 2>/dev/null; exit 0 ;; esac
    name=\${name#id-}; [ -e "$here/$name" ] || name=$(cat "$here/../renamed-$name") || exit 1
    echo "$(cat "$here/$name") /$name id-$name" ;;
  pause) set_state paused "$2" ;;
  unpause | start) set_state running "$2" ;;
  stop) set_state exited "$2" ;;
esac
`;

/** systemd: `PROPERTY-UNIT` are files. */
export const SYSTEMCTL = `here=$ENGINE_FOLDER
shift
case $1 in
  show) for unit; do :; done; property=\${2#--property=}
    cat "$here/../$property-$unit" 2>/dev/null || case $property in LoadState) echo loaded ;; ActiveState) echo inactive ;; FreezerState) echo running ;; esac ;;
  *) echo "systemctl $*" >>"$here/../log" ;;
esac
`;
