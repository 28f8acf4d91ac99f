package bellows.warden.cgroup;

import bellows.base.process.Subprocess;
import bellows.warden.Limits;
import bellows.warden.kernel.Mounts;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Where the kernel keeps its accounts, read from the mounts: version 1 has a hierarchy for each
 * controller, version 2 one for all, a hybrid machine both (then the accounts are in version 1).
 *
 * <p>Group paths are such as {@code /bellows/web-0}. What cannot be read is 0: a group goes away
 * together with its container, at any moment.
 */
public final class CgroupTree {
  private static final Duration DEADLINE = Duration.ofSeconds(5);

  private final Map<String, Path> controllers;
  private final List<Path> hierarchies;
  private final @Nullable Path unified;

  private CgroupTree(
      Map<String, Path> controllers, List<Path> hierarchies, @Nullable Path unified) {
    this.controllers = Map.copyOf(controllers);
    this.hierarchies = List.copyOf(hierarchies);
    this.unified = unified;
  }

  public static CgroupTree of(Mounts mounts) {
    Map<String, Path> controllers = new HashMap<>();
    List<Path> hierarchies = new ArrayList<>();
    Path unified = null;
    for (Mounts.Mount mount : mounts.all()) {
      switch (mount.type()) {
        case "cgroup" -> {
          mount.options().forEach(option -> controllers.putIfAbsent(option, mount.target()));
          hierarchies.add(mount.target());
        }
        case "cgroup2" -> {
          unified = unified == null ? mount.target() : unified; // others are copies for chroots
          hierarchies.add(mount.target());
        }
        default -> {} // a file system like any other
      }
    }
    return new CgroupTree(controllers, hierarchies, unified);
  }

  /** Whether the machine accounts for memory in version 1 (also when it is a hybrid). */
  public boolean isVersion1() {
    return controllers.containsKey("memory");
  }

  /** Where version 2 is mounted on a machine that accounts in version 1. */
  public Optional<Path> unusedVersion2() {
    return isVersion1() ? Optional.ofNullable(unified) : Optional.empty();
  }

  /**
   * Has the kernel move processes between groups at once. By itself it lets each move wait until no
   * processor is forking any more, which on an idle machine takes 10 ms and more, and each start
   * has such a move (mount option {@code favordynmods}, since Linux 6.0; docs/decisions/0013).
   *
   * @return whether it does
   */
  public boolean moveAtOnce() {
    return unified != null
        && Subprocess.run(
                DEADLINE, List.of("mount", "-o", "remount,favordynmods", unified.toString()))
            .ok();
  }

  /** The controllers that this machine offers, of either version. */
  public List<String> controllers() {
    if (unified == null || isVersion1()) {
      return List.copyOf(controllers.keySet());
    }
    return List.of(read(unified.resolve("cgroup.controllers")).strip().split(" ", -1));
  }

  /** Whether swap can be limited together with memory. */
  public boolean limitsSwap() {
    Path memory = controllers.get("memory");
    return memory == null || Files.exists(memory.resolve("memory.memsw.limit_in_bytes"));
  }

  /** Memory in use without file pages that the kernel can drop at once. */
  public long memoryBytes(String group) {
    Path directory = directory("memory", group);
    return isVersion1()
        ? workingSet(number(directory, "memory.usage_in_bytes"), directory, "total_inactive_file")
        : workingSet(number(directory, "memory.current"), directory, "inactive_file");
  }

  /** Processor time used so far. */
  public long cpuNanos(String group) {
    return isVersion1()
        ? number(directory("cpuacct", group), "cpuacct.usage")
        : 1000 * keyed(directory("cpu", group).resolve("cpu.stat"), "usage_usec");
  }

  /** How many processes the kernel has killed in the group because its memory limit was met. */
  public long outOfMemoryKills(String group) {
    Path directory = directory("memory", group);
    return keyed(
        directory.resolve(isVersion1() ? "memory.oom_control" : "memory.events"), "oom_kill");
  }

  /** Sets what the group may use; the same as a runtime does when it makes the group. */
  public void limit(String group, Limits limits) {
    long memory = (long) limits.memoryMb() << 20;
    Path directory = directory("memory", group);
    if (isVersion1()) {
      limitMemory(directory, memory);
    } else {
      write(directory.resolve("memory.max"), memory);
      if (Files.exists(directory.resolve("memory.swap.max"))) {
        write(directory.resolve("memory.swap.max"), 0);
      }
    }
    share(group, limits.cpuShares());
    write(directory("pids", group).resolve("pids.max"), limits.pids());
  }

  /** Sets the group's weight when the processor is short. */
  public void share(String group, int cpuShares) {
    Path directory = directory("cpu", group);
    if (isVersion1()) {
      write(directory.resolve("cpu.shares"), cpuShares);
    } else {
      write(directory.resolve("cpu.weight"), weight(cpuShares));
    }
  }

  /** Memory with swap must never be below memory alone, so the order depends on the direction. */
  private void limitMemory(Path directory, long bytes) {
    Path memory = directory.resolve("memory.limit_in_bytes");
    Path withSwap = directory.resolve("memory.memsw.limit_in_bytes");
    if (!limitsSwap()) {
      write(memory, bytes);
    } else if (number(directory, "memory.memsw.limit_in_bytes") < bytes) {
      write(withSwap, bytes);
      write(memory, bytes);
    } else {
      write(memory, bytes);
      write(withSwap, bytes);
    }
  }

  /** Shares of version 1 in version 2's terms, as the runtimes convert them. */
  private static long weight(int shares) {
    return 1 + (shares - 2L) * 9999 / 262_142;
  }

  /** Removes the group and those below, which must hold no process; fine when nothing is there. */
  public void remove(String group) {
    for (Path hierarchy : hierarchies) {
      Path directory = hierarchy.resolve(group.substring(1));
      if (Files.isDirectory(directory)) {
        remove(directory);
      }
    }
  }

  /** The processes of the group in the host's numbers. */
  public List<Integer> processes(String group) {
    Path directory = directory(isVersion1() ? "pids" : "memory", group);
    return read(directory.resolve("cgroup.procs")).lines().map(Integer::valueOf).toList();
  }

  /** The names directly below the group in any hierarchy. */
  public List<String> children(String group) {
    return hierarchies.stream()
        .map(hierarchy -> hierarchy.resolve(group.substring(1)))
        .filter(Files::isDirectory)
        .flatMap(directory -> directories(directory).stream())
        .map(directory -> directory.getFileName().toString())
        .distinct()
        .toList();
  }

  private Path directory(String controller, String group) {
    Path root = controllers.getOrDefault(controller, unified);
    return root == null ? Path.of("/nonexistent") : root.resolve(group.substring(1));
  }

  private static void remove(Path directory) {
    directories(directory).forEach(CgroupTree::remove);
    try {
      Files.deleteIfExists(directory);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot remove cgroup " + directory, e);
    }
  }

  private static List<Path> directories(Path directory) {
    try (Stream<Path> entries = Files.list(directory)) {
      return entries.filter(Files::isDirectory).sorted(Comparator.naturalOrder()).toList();
    } catch (NoSuchFileException e) {
      return List.of();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static long workingSet(long usage, Path directory, String droppable) {
    return Math.max(0, usage - keyed(directory.resolve("memory.stat"), droppable));
  }

  private static long number(Path directory, String file) {
    String text = read(directory.resolve(file)).strip();
    return text.isEmpty() ? 0 : Long.parseLong(text);
  }

  private static long keyed(Path file, String key) {
    return read(file)
        .lines()
        .filter(line -> line.startsWith(key + " "))
        .mapToLong(line -> Long.parseLong(line.substring(key.length() + 1).strip()))
        .findFirst()
        .orElse(0);
  }

  private static void write(Path file, long value) {
    try {
      Files.writeString(file, Long.toString(value));
    } catch (IOException e) {
      throw new UncheckedIOException("cannot set " + file, e);
    }
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      return "";
    }
  }
}
