package bellows.dea.instances;

import java.util.List;

/** What others want to know of instances. Called in the order of events; must not block. */
public interface InstanceEvents {
  /** It serves now, or its uris are others now; {@code gone} it does not serve any more. */
  void serves(Instance instance, List<String> gone);

  /** It has stopped serving these. */
  void servesNoMore(Instance instance, List<String> uris);

  /**
   * It has ended by itself.
   *
   * @param exitStatus -1 when it never ran
   * @param description the contract's words
   */
  void crashed(Instance instance, int exitStatus, String description);

  /** Its state is another one now, or it is gone. */
  void changed(Instance instance);
}
