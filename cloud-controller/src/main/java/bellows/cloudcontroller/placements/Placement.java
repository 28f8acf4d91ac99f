package bellows.cloudcontroller.placements;

import bellows.contracts.ids.AppGuid;
import bellows.contracts.ids.AppVersion;
import bellows.contracts.ids.PlacementId;
import bellows.contracts.ids.ProcessGuid;

/**
 * One index of a process on one host.
 *
 * @param host the host's stable name, not the id of the DEA that runs there now
 * @param address the host's instance address
 * @param port the placement's own port on that address for as long as it lives
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
    int diskMb) {}
