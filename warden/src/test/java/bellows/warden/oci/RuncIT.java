package bellows.warden.oci;

import java.nio.file.Path;

class RuncIT extends OciRuntimeContract {
  @Override
  OciRuntime runtime(Path state) {
    return Runtimes.named("runc", state);
  }
}
