package bellows.dea.health;

import bellows.warden.Container;

/** Looks once whether what runs in a container works. */
@FunctionalInterface
interface HealthProbe {
  /** Returns within the check's own time limit; never throws. */
  boolean healthy(Container container);
}
