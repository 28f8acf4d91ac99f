package bellows.launcher;

import java.nio.file.Path;
import java.util.Iterator;
import java.util.List;

/**
 * What {@code bellows host} is told on the command line.
 *
 * @param name of this host among all hosts of the platform; placements carry it
 * @param data directory of all that this host keeps; made when it is not there
 */
record HostOptions(String name, Path data) {
  static HostOptions parse(List<String> arguments) {
    String name = "";
    Path data = UpOptions.DEFAULT_DATA;
    Iterator<String> rest = arguments.iterator();
    while (rest.hasNext()) {
      String option = rest.next();
      if (!rest.hasNext()) {
        throw new UsageException(option + " needs a value (./bellows help host)");
      }
      String value = rest.next();
      switch (option) {
        case "--name" -> name = name(value);
        case "--data" -> data = Path.of(value).toAbsolutePath().normalize();
        default -> throw new UsageException("unknown option: " + option + " (./bellows help host)");
      }
    }
    if (name.isEmpty()) {
      throw new UsageException("a host needs a name: --name host-1 (./bellows help host)");
    }
    return new HostOptions(name, data);
  }

  private static String name(String value) {
    if (!value.matches("[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")) {
      throw new UsageException(
          "--name must be 1 to 63 of a-z, 0-9 and dashes, such as host-1, not: " + value);
    }
    if (value.equals(HostName.PLATFORM)) {
      throw new UsageException(
          "--name " + value + " is the machine of the platform itself; choose another, as host-1");
    }
    return value;
  }
}
