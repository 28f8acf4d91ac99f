package bellows.launcher;

import bellows.warden.machine.LinuxWarden;

/** Where containers live on this machine, by default or as the settings say. */
final class WardenSettings {
  private WardenSettings() {}

  static LinuxWarden.Config of(Settings settings, DataDirectory data) {
    LinuxWarden.Config defaults = LinuxWarden.Config.defaults(data.containers());
    String subnet = settings.text("network.subnet").orElse(defaults.subnet());
    return new LinuxWarden.Config(
            settings.text("network.name").orElse(defaults.name()),
            data.containers(),
            subnet,
            firstAddress(subnet))
        .withWarmSlots(settings.number("dea.warm_slots").orElse(defaults.warmSlots()));
  }

  /** The host's side of the container network: placements are reached there, past any process. */
  private static String firstAddress(String subnet) {
    return subnet.replaceFirst("\\.\\d+/\\d+$", ".1");
  }
}
