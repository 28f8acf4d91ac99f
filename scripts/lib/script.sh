# shellcheck shell=bash
# What the scripts beside ./bellows share with it: source this first.
set -euo pipefail

BELLOWS_ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
export BELLOWS_ROOT
cd "$BELLOWS_ROOT"
# shellcheck source=scripts/lib/say.sh
source "$BELLOWS_ROOT/scripts/lib/say.sh"
# shellcheck source=scripts/lib/java.sh
source "$BELLOWS_ROOT/scripts/lib/java.sh"
# shellcheck source=scripts/lib/build.sh
source "$BELLOWS_ROOT/scripts/lib/build.sh"
# shellcheck source=scripts/lib/debian.sh
source "$BELLOWS_ROOT/scripts/lib/debian.sh"
# shellcheck source=scripts/lib/jdk.sh
source "$BELLOWS_ROOT/scripts/lib/jdk.sh"

# Tools of the build itself.
ensure_build_tools() {
  ensure_java
  ensure_maven
}

# What ./bellows runs, so that no test waits for it to be built.
ensure_programs() {
  client_is_current && client_is_trained || build_client
  server_is_current && server_is_trained || build_server
}
