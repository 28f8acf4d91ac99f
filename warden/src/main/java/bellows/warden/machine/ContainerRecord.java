package bellows.warden.machine;

import bellows.warden.ContainerSpec;
import bellows.warden.network.Attachment;
import java.util.Objects;

/**
 * What the next warden must know to adopt a container.
 *
 * @param body name of its files, its cgroup and its namespaces: its own id, or its slot's
 * @param slot whether it was made as a warm slot
 * @param boot the machine's boot in which it was made; after another one nothing of it lives
 * @param pid its first process; 0 before the start
 * @param connected whether its host port is open
 */
record ContainerRecord(
    ContainerSpec spec,
    String body,
    boolean slot,
    Attachment attachment,
    String boot,
    Stage stage,
    int pid,
    boolean connected) {
  /** One that another version wrote may lack what this one needs; then it is unreadable. */
  ContainerRecord {
    Objects.requireNonNull(spec, "spec");
    Objects.requireNonNull(body, "body");
    Objects.requireNonNull(attachment, "attachment");
    Objects.requireNonNull(boot, "boot");
    Objects.requireNonNull(stage, "stage");
  }

  /** How far it came. */
  enum Stage {
    /** Being put together, or taken apart. */
    PARTIAL,
    CREATED,
    STARTED
  }

  static ContainerRecord partial(ContainerSpec spec, Attachment attachment, String boot) {
    return new ContainerRecord(spec, spec.id(), false, attachment, boot, Stage.PARTIAL, 0, false);
  }

  static ContainerRecord slot(ContainerSpec standIn, Attachment attachment, String boot) {
    return new ContainerRecord(
        standIn, standIn.id(), true, attachment, boot, Stage.PARTIAL, 0, false);
  }

  /** The container that takes over this slot's body. */
  ContainerRecord takenBy(ContainerSpec app) {
    return new ContainerRecord(
        app,
        body,
        true,
        new Attachment(
            attachment.ip(),
            attachment.veth(),
            attachment.netns(),
            app.port(),
            app.egress().denied()),
        boot,
        Stage.PARTIAL,
        0,
        false);
  }

  ContainerRecord at(Stage newStage) {
    return new ContainerRecord(spec, body, slot, attachment, boot, newStage, pid, connected);
  }

  ContainerRecord started(int newPid) {
    return new ContainerRecord(
        spec, body, slot, attachment, boot, Stage.STARTED, newPid, connected);
  }

  ContainerRecord connected(boolean nowConnected) {
    return new ContainerRecord(spec, body, slot, attachment, boot, stage, pid, nowConnected);
  }
}
