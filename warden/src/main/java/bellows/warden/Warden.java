package bellows.warden;

import bellows.base.lifecycle.Component;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

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

  /**
   * Tells that a container like this may be wanted soon, so that a prepared one of its kind is kept
   * ready. What was created with a droplet is expected again by itself. A hint: a warden without
   * prepared containers need not care.
   */
  default void expect(ContainerSpec spec) {}

  /** The container of that id, whether it runs, is about to, or has ended. */
  Optional<Container> find(String id);

  /** All containers that are not destroyed. */
  List<Container> containers();

  /**
   * Gives the port of this host's instance address to a placement: connections reach the container
   * that is mapped to it and connected, else the activator. Stays open over the warden's death;
   * does nothing when it is open.
   */
  void openPort(int hostPort);

  /** Nobody is reached at the port any more but a container that is still connected. */
  void closePort(int hostPort);

  /** The ports that are open, also those that an earlier warden opened. */
  Set<Integer> openPorts();

  /** The kernel's counts for each open port. */
  Map<Integer, Traffic> traffic();

  /**
   * The open ports at which a client has said something and has had no answer yet. Whatever the
   * container says is an answer, also a part of one; acknowledgements are none. How long somebody
   * may wait before he counts as forgotten is up to who asks.
   */
  Set<Integer> unanswered();

  /** The state of the pool of prepared containers. */
  WarmSlots warmSlots();

  /** Destroys every container and whatever else on this machine carries this warden's name. */
  void removeAll();
}
