package bellows.warden;

/** Connections to {@code hostPort} of the instance address reach {@code containerPort} inside. */
public record PortMapping(int hostPort, int containerPort) {
  public PortMapping {
    if (hostPort < 1 || hostPort > 65_535 || containerPort < 1 || containerPort > 65_535) {
      throw new IllegalArgumentException("no port: " + hostPort + " -> " + containerPort);
    }
  }
}
