package bellows.warden;

/**
 * What a container may use at most.
 *
 * @param memoryMb memory and swap together; files in /dev/shm count
 * @param diskMb the container's own disk: /home/vcap, /tmp, and its log files
 * @param cpuShares weight among the containers when the processor is short, 2 to 262144
 * @param pids processes and threads
 * @param openFiles per process; never above what this process itself may have
 */
public record Limits(int memoryMb, int diskMb, int cpuShares, int pids, int openFiles) {
  public Limits {
    require("memory_mb", memoryMb, 4, Integer.MAX_VALUE);
    require("disk_mb", diskMb, 16, Integer.MAX_VALUE);
    require("cpu_shares", cpuShares, 2, 262_144);
    require("pids", pids, 4, 4_194_304);
    require("open_files", openFiles, 16, Integer.MAX_VALUE);
  }

  private static void require(String name, int value, int lowest, int highest) {
    if (value < lowest || value > highest) {
      throw new IllegalArgumentException(
          name + " must be " + lowest + " to " + highest + ": " + value);
    }
  }
}
