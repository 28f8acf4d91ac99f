package bellows.warden;

import bellows.base.lifecycle.Component;
import java.util.List;
import java.util.Optional;

/**
 * Makes containers and keeps them over its own death: {@link #start} adopts those that live and
 * clears away what a half-made or dead one left, {@link #close} leaves them running.
 *
 * <p>Thread-safe; calls for different containers do not wait for each other.
 */
public interface Warden extends Component {
  /**
   * Makes a container whose program does not run yet. Nothing is left when it fails.
   *
   * @throws WardenException {@code ALREADY_THERE}, {@code NO_ADDRESS_FREE}, {@code CREATE_FAILED}
   */
  Container create(ContainerSpec spec);

  /** The container of that id, whether it runs, is about to, or has ended. */
  Optional<Container> find(String id);

  /** All containers that are not destroyed. */
  List<Container> containers();

  /** Destroys every container and whatever else on this machine carries this warden's name. */
  void removeAll();
}
