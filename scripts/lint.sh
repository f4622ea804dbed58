#!/usr/bin/env bash
# Run every linter; all of them, even when one fails.
set -uo pipefail

failed=0
run() {
  echo "lint: $*"
  "$@" || failed=1
}
run ruff check .
run ruff format --check .
run yamllint --strict .
MYPYPATH=collections run mypy plugins
for function in add_task process_task; do # each has a module `handler`
  MYPYPATH=files/lambdas:files/lambdas/$function run mypy files/lambdas/common files/lambdas/$function
done
MYPYPATH=files/lambdas:collections:roles/local_stack/files:tests/bench:tests/e2e:tests/equal:tests/kills:tests/packages:tests/soak:tests/unit:tests/unit/warm run mypy tests playbooks/files roles/local_stack/files/server.py roles/local_stack/files/mend.py
run ansible-lint
exit $failed
