package bellows.cloudcontroller.placements;

import bellows.contracts.ids.AppGuid;
import bellows.contracts.ids.AppVersion;
import bellows.contracts.ids.ProcessGuid;

/** A process of a started app that has a droplet: indices 0 to {@code instances - 1} must run. */
public record DesiredProcess(
    AppGuid app,
    ProcessGuid process,
    AppVersion version,
    String droplet,
    String stack,
    int instances,
    int memoryMb,
    int diskMb) {}
