package bellows.warden;

/**
 * What the kernel has counted for a host port, in both directions, since the port was opened. Only
 * packets that open a connection or end a write count: acknowledgements alone, and so the probes of
 * an idle connection, do not. Grows while something happens, and may fall when the port's last
 * container is gone; not a volume to bill by.
 */
public record Traffic(long packets, long bytes) {
  public static final Traffic NONE = new Traffic(0, 0);

  public Traffic plus(Traffic more) {
    return new Traffic(packets + more.packets, bytes + more.bytes);
  }
}
