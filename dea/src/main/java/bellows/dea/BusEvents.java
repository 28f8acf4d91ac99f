package bellows.dea;

import bellows.dea.heartbeats.Announcer;
import bellows.dea.instances.Instance;
import bellows.dea.instances.InstanceEvents;
import bellows.dea.routes.RouteRegistrar;
import java.util.List;

/** Tells routers and health manager what happens to instances. */
record BusEvents(RouteRegistrar routes, Announcer announcer) implements InstanceEvents {
  @Override
  public void serves(Instance instance, List<String> gone) {
    routes.register(instance, gone);
  }

  @Override
  public void servesNoMore(Instance instance, List<String> uris) {
    routes.unregister(instance, uris);
  }

  @Override
  public void crashed(Instance instance, int exitStatus, String description) {
    announcer.exited(instance, exitStatus, description);
  }

  @Override
  public void changed(Instance instance) {
    announcer.changed(instance);
  }
}
