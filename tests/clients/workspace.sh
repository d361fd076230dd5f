#!/bin/sh
# Makes a workspace for one client in the directory $1, with the grex that $2 names: `alpha` is as its origin is,
# `beta` is one commit behind, and `gamma` is registered and not there.
set -eu
mkdir "$1" "$1/server"
cd "$1"
top=$(pwd -P)

commit() {
    git -C "$1" -c user.name=Ada -c user.email=ada@example.org commit -q --allow-empty -m "$2"
}

for pack in alpha beta gamma; do
    git init -q "server/$pack"
    commit "server/$pack" one
done
mkdir workspace
cd workspace
"$2" init -q
for pack in alpha beta gamma; do
    "$2" add -q "file://$top/server/$pack"
done
commit "$top/server/beta" two
git -C beta fetch -q
rm -rf gamma
