package bellows.warden.machine;

/** The same life in a container that was a warm slot. */
class WarmLifeIT extends LifeIT {
  @Override
  LinuxWarden.Config config() {
    return TestWarden.freshConfig().withWarmSlots(2);
  }
}
