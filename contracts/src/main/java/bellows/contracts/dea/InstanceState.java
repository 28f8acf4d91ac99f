package bellows.contracts.dea;

/** The states of an instance (reference/messages.md, section 4.1). */
public enum InstanceState {
  /** Accepted, no work yet. */
  BORN,
  /** Download, container, start and health check. */
  STARTING,
  /** Healthy. */
  RUNNING,
  /** Stop asked. */
  STOPPING,
  /** The container is gone. */
  STOPPED,
  /** The start failed, or it ended by itself; logs are kept. */
  CRASHED,
  /** Still serving while a replacement starts elsewhere. */
  EVACUATING
}
