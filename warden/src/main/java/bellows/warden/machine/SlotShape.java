package bellows.warden.machine;

import bellows.warden.BindMount;
import bellows.warden.ContainerSpec;
import java.nio.file.Path;
import java.util.List;

/**
 * What of a container is fixed when its slot is made; the rest can be set when it is used.
 *
 * @param mounts besides those that all containers have
 */
record SlotShape(int diskMb, List<BindMount> mounts) {
  /** On the container's own disk, where its files may be in the way of a mount made before them. */
  private static final List<Path> OWN =
      List.of(Path.of("/home/vcap"), Path.of("/tmp"), Path.of("/var/tmp"));

  SlotShape {
    mounts = List.copyOf(mounts);
  }

  static SlotShape of(ContainerSpec spec) {
    return new SlotShape(spec.limits().diskMb(), spec.mounts());
  }

  /** Whether a slot can be made for it at all. */
  boolean possible() {
    return mounts.stream().noneMatch(m -> OWN.stream().anyMatch(m.destination()::startsWith));
  }
}
