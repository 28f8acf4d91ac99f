package bellows.cloudcontroller.placements;

import bellows.contracts.ids.DeaId;
import java.util.List;

/**
 * What a host has room for, less what was placed there since it said so.
 *
 * @param dea the DEA that speaks for the host at the moment
 * @param address the IP that placements of this host are reached at
 * @param firstPort first port that its placements may have
 * @param lastPort last such port
 */
record HostCapacity(
    DeaId dea,
    String host,
    String address,
    List<String> stacks,
    int memoryMb,
    int diskMb,
    int firstPort,
    int lastPort) {}
