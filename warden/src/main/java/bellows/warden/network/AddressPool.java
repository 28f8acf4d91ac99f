package bellows.warden.network;

import bellows.warden.WardenException;
import bellows.warden.WardenException.Failure;
import java.util.HashSet;
import java.util.Set;

/**
 * Addresses of one range, handed out in turn, so that one given back rests as long as possible and
 * a late packet for its former owner meets nobody. Thread-safe.
 */
final class AddressPool {
  /** The network's own address and the bridge's. */
  private static final long FIRST = 2;

  private final Ipv4Range range;
  private final Set<String> taken = new HashSet<>();
  private long next = FIRST;

  AddressPool(Ipv4Range range) {
    this.range = range;
  }

  /**
   * @throws WardenException {@code NO_ADDRESS_FREE}
   */
  synchronized String take() {
    long usable = range.size() - FIRST - 1; // the last one is for broadcasts
    for (long tried = 0; tried < usable; tried++) {
      String address = range.host(next);
      next = next + 1 < range.size() - 1 ? next + 1 : FIRST;
      if (taken.add(address)) {
        return address;
      }
    }
    throw new WardenException(Failure.NO_ADDRESS_FREE, "all of " + range + " are taken", null);
  }

  /** Marks an address that an adopted container has; the turn goes on after it. */
  synchronized void adopt(String address) {
    taken.add(address);
    long after = Ipv4Range.address(address) - range.base() + 1;
    next = after < range.size() - 1 ? Math.max(next, after) : next;
  }

  synchronized void release(String address) {
    taken.remove(address);
  }
}
