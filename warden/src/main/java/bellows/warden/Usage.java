package bellows.warden;

/**
 * @param memoryBytes working set: memory without file pages that can be dropped
 * @param cpuNanos processor time since the start
 * @param diskBytes space taken on the container's own disk
 */
public record Usage(long memoryBytes, long cpuNanos, long diskBytes) {
  public static final Usage NONE = new Usage(0, 0, 0);
}
