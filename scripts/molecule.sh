#!/usr/bin/env bash
# Run all molecule scenarios, or what the arguments tell molecule (`scripts/molecule.sh converge -s iam`).
set -euo pipefail

cd "$(dirname "$0")/.."
export PATH="$PWD/.venv/bin:$PATH"
export ANSIBLE_CONFIG="$PWD/ansible.cfg"
export ANSIBLE_HOME="$PWD/.cache/ansible"

# A lane has an embedded AWS and a database of its own.
run_in_lane() {
  export MOLECULE_EPHEMERAL_DIRECTORY="$PWD/.local/molecule/$1"
  shift
  mkdir -p "$MOLECULE_EPHEMERAL_DIRECTORY"
  # Molecule remembers "created" when the emulator died since, and one scenario's "prepared" as everyone's. Both are cheap to
  # repeat, so they always are.
  local state="$MOLECULE_EPHEMERAL_DIRECTORY/state.yml"
  if [ -f "$state" ]; then sed -i -E 's/^(created|prepared): .*/\1: false/' "$state"; fi
  molecule --base-config .config/molecule/config.yml "$@"
}

down() {
  local stack="$PWD/.local/molecule/$1/stack"
  mkdir -p "$stack/log"
  ansible-playbook --inventory inventory/local.yml playbooks/local_down.yml \
    --extra-vars taskmanager_stack_dir="$stack" --extra-vars taskmanager_build_dir="$stack/build" >"$stack/log/down.log" 2>&1 ||
    { cat "$stack/log/down.log" >&2; return 1; }
}

if [ $# -gt 0 ]; then
  run_in_lane roles "$@"
  exit
fi

# Two lanes side by side, of about the same length: the whole system and two roles, and the other roles.
beside=(iam security_groups)
roles=()
for scenario in molecule/*/molecule.yml; do
  name=$(basename "$(dirname "$scenario")")
  case " default ${beside[*]} " in *" $name "*) ;; *) roles+=(--scenario-name "$name") ;; esac
done

lane=""
down_all() { local status=0; for each in roles beside default; do down $each || status=1; done; return $status; }
trap 'status=$?; [ -z "$lane" ] || kill -- -$lane 2>/dev/null || true; down_all || status=1; exit $status' EXIT
trap 'exit 130' INT TERM
down_all # what an interrupted run left
set -m # a process group of its own, so that all of it can be ended
run_in_lane roles test "${roles[@]}" >.local/molecule/roles/molecule.log 2>&1 &
lane=$!
set +m
failed=0
run_in_lane default test --scenario-name default || failed=1
run_in_lane beside test "${beside[@]/#/--scenario-name=}" || failed=1
wait "$lane" || failed=1
lane=""
cat .local/molecule/roles/molecule.log
exit $failed
