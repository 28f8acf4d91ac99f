package bellows.cloudcontroller.feature;

import bellows.base.lifecycle.Component;
import bellows.cloudcontroller.jobs.JobWork;
import bellows.http.Route;
import java.util.List;
import java.util.Map;

/** One resource of the API, or a few that belong together. */
public interface Feature {
  List<Route> routes();

  /** The jobs it knows, by operation name such as {@code app.delete}. */
  default Map<String, JobWork> jobs() {
    return Map.of();
  }

  /** What runs beside the requests, in start order. */
  default List<Component> components() {
    return List.of();
  }
}
