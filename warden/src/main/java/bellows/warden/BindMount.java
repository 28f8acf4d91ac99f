package bellows.warden;

import java.nio.file.Path;

/**
 * A host file or directory shown inside, always {@code nosuid,nodev}.
 *
 * @param source absolute path on the host
 * @param destination absolute path inside; below /home/vcap or a path that the root has
 */
public record BindMount(Path source, Path destination, boolean writable) {
  public BindMount {
    if (!source.isAbsolute() || !destination.isAbsolute()) {
      throw new IllegalArgumentException(
          "bind mount needs absolute paths: " + source + " -> " + destination);
    }
    source = source.normalize();
    destination = destination.normalize();
  }

  public static BindMount readOnly(Path source, Path destination) {
    return new BindMount(source, destination, false);
  }

  public static BindMount writable(Path source, Path destination) {
    return new BindMount(source, destination, true);
  }
}
