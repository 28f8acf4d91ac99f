package bellows.cloudcontroller.placements;

import bellows.contracts.ids.ProcessGuid;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jdbi.v3.core.Handle;

/** Puts instances on the host that someone wants them on. */
public final class PlacementMoves {
  private final PlacementStore store = new PlacementStore();

  /** An index of a process. */
  public record Place(String process, int index) {}

  /** Where each instance of the app stands. */
  public Map<Place, String> hosts(Handle db, String app) {
    Map<Place, String> hosts = new HashMap<>();
    for (Placement placement : store.of(db, false, List.of(app))) {
      hosts.put(new Place(placement.process().value(), placement.index()), placement.host());
    }
    return hosts;
  }

  /**
   * Moves the instance, or places it if it has no place and its app is to run; a host that is not
   * there is put right by the next round.
   */
  public void put(Handle db, Place place, String host) {
    store.lockPlacing(db);
    ProcessGuid guid = new ProcessGuid(place.process());
    Optional<Placement> there = store.find(db, guid, place.index());
    if (there.isPresent()) {
      store.move(db, there.get().id(), host);
    } else if (store.wants(db, guid, place.index())) {
      store.add(db, guid, host, place.index());
    }
  }
}
