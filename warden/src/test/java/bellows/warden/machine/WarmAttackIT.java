package bellows.warden.machine;

/** The same attacks from a container that was a warm slot: nothing of what its init may is left. */
class WarmAttackIT extends AttackIT {
  @Override
  String init() {
    return "perl";
  }

  @Override
  LinuxWarden.Config config() {
    return TestWarden.freshConfig().withWarmSlots(2);
  }
}
