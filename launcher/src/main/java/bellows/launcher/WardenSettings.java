package bellows.launcher;

import bellows.warden.machine.LinuxWarden;
import java.util.Optional;

/** Where containers live on this machine, by default or as the settings say. */
final class WardenSettings {
  /** Those from here on belong to nobody, and lie below the ports of outgoing connections. */
  private static final int FIRST_ACTIVATOR_PORT = 7_645;

  private WardenSettings() {}

  /** Of a machine whose instances only this machine has to reach, unless the settings say more. */
  static LinuxWarden.Config of(Settings settings, DataDirectory data) {
    return of(settings, data, Optional.empty());
  }

  /**
   * @param known an address of this machine at which other machines reach it
   */
  static LinuxWarden.Config of(Settings settings, DataDirectory data, Optional<String> known) {
    LinuxWarden.Config defaults = LinuxWarden.Config.defaults(data.containers());
    String subnet = settings.text("network.subnet").orElse(defaults.subnet());
    return new LinuxWarden.Config(
            settings.text("network.name").orElse(defaults.name()),
            data.containers(),
            subnet,
            settings.text("network.address").or(() -> known).orElse(firstAddress(subnet)))
        .withActivatorPort(settings.number("network.activator_port").orElse(activatorPort(subnet)))
        .withWarmSlots(
            settings
                .number("dea.warm_slots", 0, LinuxWarden.Config.MOST_SLOTS)
                .orElse(defaults.warmSlots()));
  }

  /** Platforms on one machine differ in their networks, so this tells their activators apart. */
  private static int activatorPort(String subnet) {
    return FIRST_ACTIVATOR_PORT + Integer.parseInt(subnet.split("\\.", -1)[1]);
  }

  /** The host's side of the container network: placements are reached there, past any process. */
  private static String firstAddress(String subnet) {
    return subnet.replaceFirst("\\.\\d+/\\d+$", ".1");
  }
}
