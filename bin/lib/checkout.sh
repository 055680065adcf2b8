# Sourced by every command: where this checkout is, and where its work folder.
# shellcheck shell=bash disable=SC2034

checkout=$(cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/../.." && pwd -P)
home=${DIRECT_MESSAGING_HOME:-${HOME:?is not set: set DIRECT_MESSAGING_HOME to a folder to work in}/.cache/direct_messaging}
# Two checkouts share what is expensive, and have all that may differ in a folder of their own.
place=$home/checkouts/$(printf %s "$checkout" | sha256sum | cut -c1-8)

# run_python MODULE [ARGUMENT...]: run a module of bin/lib with all that it can import
run_python() {
    PYTHONPATH=$place/python:$checkout/bin/lib DIRECT_MESSAGING_HOME=$home DIRECT_MESSAGING_PLACE=$place \
        exec "$place/venv/bin/python" -P -m "$@"
}
