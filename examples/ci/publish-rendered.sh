#!/bin/sh
# Renders into a branch that holds nothing but the rendered tree, for Argo CD or Flux to follow, and pushes it. For a job
# that runs on the main branch alone: publish-rendered.sh [BRANCH]
set -eu
branch=${1:-rendered}
commit=$(git rev-parse --short HEAD)
tree=$(mktemp -d)
trap 'git worktree remove --force "$tree"' EXIT

status=0
git ls-remote --quiet --exit-code origin "refs/heads/$branch" >/dev/null || status=$?
case $status in
  0)
    git fetch --quiet --depth=1 origin "refs/heads/$branch"
    git worktree add --quiet --detach "$tree" FETCH_HEAD
    ;;
  2) # there is no such branch yet
    git worktree add --quiet --detach "$tree"
    git -C "$tree" checkout --quiet --orphan "$branch"
    git -C "$tree" rm -rf --quiet .
    ;;
  *) exit "$status" ;;
esac

stowage render --quiet --out "$tree/rendered"
git -C "$tree" add --all
if git -C "$tree" diff --cached --quiet; then
  echo "nothing changed"
else
  git -C "$tree" commit --quiet --message "Rendered from $commit"
  git -C "$tree" push --quiet origin "HEAD:refs/heads/$branch"
fi
