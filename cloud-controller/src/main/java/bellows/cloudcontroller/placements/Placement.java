package bellows.cloudcontroller.placements;

import bellows.contracts.ids.AppGuid;
import bellows.contracts.ids.AppVersion;
import bellows.contracts.ids.PlacementId;
import bellows.contracts.ids.ProcessGuid;

/**
 * One index of a process on one host.
 *
 * @param host the host's stable name, not the id of the DEA that runs there now
 * @param address the host's instance address; empty until it is known
 * @param port the placement's own port on that address for as long as it is there; negative until
 *     it has one
 * @param version the process's version that it was placed for
 */
public record Placement(
    PlacementId id,
    AppGuid app,
    ProcessGuid process,
    int index,
    String host,
    String address,
    int port,
    AppVersion version,
    int memoryMb,
    int diskMb) {
  /**
   * False for a row that somebody has just made or moved: it gets its host's address, and a port
   * there, in the next round.
   */
  boolean isSettled() {
    return port > 0 && !address.isEmpty();
  }

  /** The same placement with a place of its own on its host. */
  Placement settled(String newAddress, int newPort) {
    return new Placement(
        id, app, process, index, host, newAddress, newPort, version, memoryMb, diskMb);
  }
}
