package bellows.warden.machine;

import bellows.warden.ContainerSpec;
import bellows.warden.network.Attachment;

/**
 * What the next warden must know to adopt a container.
 *
 * @param boot the machine's boot in which it was made; after another one nothing of it lives
 * @param pid its first process; 0 before the start
 * @param connected whether its host port is open
 */
record ContainerRecord(
    ContainerSpec spec,
    Attachment attachment,
    String boot,
    Stage stage,
    int pid,
    boolean connected) {
  /** How far it came. */
  enum Stage {
    /** Being put together, or taken apart. */
    PARTIAL,
    CREATED,
    STARTED
  }

  static ContainerRecord partial(ContainerSpec spec, Attachment attachment, String boot) {
    return new ContainerRecord(spec, attachment, boot, Stage.PARTIAL, 0, false);
  }

  ContainerRecord at(Stage newStage) {
    return new ContainerRecord(spec, attachment, boot, newStage, pid, connected);
  }

  ContainerRecord started(int newPid) {
    return new ContainerRecord(spec, attachment, boot, Stage.STARTED, newPid, connected);
  }

  ContainerRecord connected(boolean nowConnected) {
    return new ContainerRecord(spec, attachment, boot, stage, pid, nowConnected);
  }
}
