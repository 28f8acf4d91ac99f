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
