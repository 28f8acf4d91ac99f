package bellows.dea;

import bellows.dea.activator.Activator;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/**
 * How one host takes part.
 *
 * @param host its stable name; placements carry it
 * @param address where its placements are reached
 * @param firstPort first port that a placement may have. The default range lies below the one from
 *     which Linux picks ports for outgoing connections (it begins at 32768), so a placement's port
 *     is never taken by chance, and thousands of sleeping placements have room
 * @param lastPort last such port
 * @param memoryMb what instances and staging tasks may be promised together
 * @param diskMb the same of disk
 * @param directory for records, droplets and work files; ours alone
 * @param stacks what containers can be
 * @param startLimit until an instance must be healthy, where the app names no time
 * @param stopGrace between TERM and KILL
 * @param processes of one instance, threads included
 * @param logBytesPerSecond of one instance, at most
 * @param heartbeatEvery between two heartbeats without a change
 * @param advertiseEvery between two advertisements
 * @param registerEvery between two registrations of a route, until a router names its own time
 * @param dropletCacheBytes unused droplets go, oldest first, while all together take more
 * @param keepUnusedDroplets how long a droplet is kept that nothing runs
 * @param sleep how instances fall asleep and wake
 */
public record DeaConfig(
    String host,
    String address,
    int firstPort,
    int lastPort,
    int memoryMb,
    int diskMb,
    Path directory,
    List<String> stacks,
    Duration startLimit,
    Duration stopGrace,
    int processes,
    long logBytesPerSecond,
    Duration heartbeatEvery,
    Duration advertiseEvery,
    Duration registerEvery,
    long dropletCacheBytes,
    Duration keepUnusedDroplets,
    Sleep sleep) {
  private static final int FIRST_PORT = 20_000;
  private static final int LAST_PORT = 32_767;

  /** Left to the platform and the system. */
  private static final int RESERVED_MEMORY_MB = 1024;

  /**
   * Limits are ceilings: apps touch a fraction of theirs most of the time, and the machine's memory
   * is used twice as well by promising it twice.
   */
  private static final int OVERCOMMIT = 2;

  private static final int RESERVED_DISK_MB = 2048;
  private static final long MB = 1L << 20;

  /**
   * @param activator where callers of sleeping instances are met; the warden's configuration names
   *     the same port
   * @param keepAwake after a start that somebody asked for
   * @param shortest no app sleeps sooner, whatever it asks for
   */
  public record Sleep(Activator.Config activator, Duration keepAwake, Duration shortest) {
    /** Clients look each 3 s whether a start has succeeded, and some of them a few times. */
    public static final Sleep DEFAULT =
        new Sleep(Activator.Config.at(7_899), Duration.ofSeconds(15), Duration.ofMillis(50));

    public Sleep {
      requireLonger("dea.keep_awake", keepAwake);
      requireLonger("dea.shortest_sleep", shortest);
    }

    /** The same with the activator at another port. */
    public Sleep meetingAt(int port) {
      return new Sleep(Activator.Config.at(port), keepAwake, shortest);
    }
  }

  public DeaConfig {
    if (firstPort < 1 || lastPort > 65_535 || firstPort > lastPort) {
      throw new IllegalArgumentException(
          "dea.first_port and dea.last_port must be a range of ports: "
              + firstPort
              + " to "
              + lastPort);
    }
    requireAtLeastOne("dea.memory_mb", memoryMb);
    requireAtLeastOne("dea.disk_mb", diskMb);
    requireAtLeastOne("dea.processes", processes);
    requireLonger("dea.start_limit", startLimit);
    requireLonger("dea.heartbeat_every", heartbeatEvery);
    requireLonger("dea.advertise_every", advertiseEvery);
    requireLonger("dea.register_every", registerEvery);
    stacks = List.copyOf(stacks);
  }

  /** What fits this machine. */
  public static DeaConfig defaults(String host, Path directory) {
    int memory = Math.max(1024, totalMemoryMb() - RESERVED_MEMORY_MB) * OVERCOMMIT;
    int disk = Math.max(4096, usableDiskMb(directory) - RESERVED_DISK_MB);
    return new DeaConfig(
        host,
        "10.254.0.1",
        FIRST_PORT,
        LAST_PORT,
        memory,
        disk,
        directory,
        List.of("debian"),
        Duration.ofSeconds(60),
        Duration.ofSeconds(10),
        512,
        MB,
        Duration.ofSeconds(10),
        Duration.ofSeconds(5),
        Duration.ofSeconds(20),
        20L << 30,
        Duration.ofHours(24),
        Sleep.DEFAULT);
  }

  /** The same with another address and range of ports. */
  public DeaConfig at(String newAddress, int first, int last) {
    return new DeaConfig(
        host,
        newAddress,
        first,
        last,
        memoryMb,
        diskMb,
        directory,
        stacks,
        startLimit,
        stopGrace,
        processes,
        logBytesPerSecond,
        heartbeatEvery,
        advertiseEvery,
        registerEvery,
        dropletCacheBytes,
        keepUnusedDroplets,
        sleep);
  }

  /** The same with other terms of sleep. */
  public DeaConfig sleeping(Sleep newSleep) {
    return new DeaConfig(
        host,
        address,
        firstPort,
        lastPort,
        memoryMb,
        diskMb,
        directory,
        stacks,
        startLimit,
        stopGrace,
        processes,
        logBytesPerSecond,
        heartbeatEvery,
        advertiseEvery,
        registerEvery,
        dropletCacheBytes,
        keepUnusedDroplets,
        newSleep);
  }

  /** The same with other sizes. */
  public DeaConfig sized(int newMemoryMb, int newDiskMb) {
    return new DeaConfig(
        host,
        address,
        firstPort,
        lastPort,
        newMemoryMb,
        newDiskMb,
        directory,
        stacks,
        startLimit,
        stopGrace,
        processes,
        logBytesPerSecond,
        heartbeatEvery,
        advertiseEvery,
        registerEvery,
        dropletCacheBytes,
        keepUnusedDroplets,
        sleep);
  }

  private static int totalMemoryMb() {
    try {
      for (String line : Files.readAllLines(Path.of("/proc/meminfo"))) {
        if (line.startsWith("MemTotal:")) {
          return (int) (Long.parseLong(line.replaceAll("\\D", "")) / 1024);
        }
      }
      throw new IllegalStateException("/proc/meminfo has no MemTotal");
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read the size of memory", e);
    }
  }

  private static int usableDiskMb(Path directory) {
    try {
      Files.createDirectories(directory);
      return (int) Math.min(Integer.MAX_VALUE, Files.getFileStore(directory).getUsableSpace() / MB);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read the size of the disk at " + directory, e);
    }
  }

  private static void requireAtLeastOne(String name, int value) {
    if (value < 1) {
      throw new IllegalArgumentException(name + " must be at least 1: " + value);
    }
  }

  private static void requireLonger(String name, Duration value) {
    if (!value.isPositive()) {
      throw new IllegalArgumentException(name + " must be above 0s: " + value);
    }
  }
}
