package bellows.launcher;

import bellows.dea.DeaConfig;
import bellows.warden.machine.LinuxWarden;

/** How a host takes part, by default or as the settings say. */
final class DeaSettings {
  private DeaSettings() {}

  /**
   * @param host its name; placements carry it
   * @param warden of the same host
   */
  static DeaConfig of(
      Settings settings, DataDirectory data, String host, LinuxWarden.Config warden) {
    DeaConfig defaults = DeaConfig.defaults(host, data.dea());
    return defaults
        .at(warden.instanceAddress(), defaults.firstPort(), defaults.lastPort())
        .sized(
            settings.number("dea.memory_mb").orElse(defaults.memoryMb()),
            settings.number("dea.disk_mb").orElse(defaults.diskMb()))
        .sleeping(defaults.sleep().meetingAt(warden.activatorPort()));
  }
}
