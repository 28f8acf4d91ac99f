package bellows.cloudcontroller.routergroups;

import bellows.cloudcontroller.api.Call;
import bellows.cloudcontroller.api.Endpoints;
import bellows.cloudcontroller.api.ListSpec;
import bellows.cloudcontroller.api.Permissions;
import bellows.cloudcontroller.feature.Feature;
import bellows.http.Reply;
import bellows.http.Route;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * {@code /routing/v1/router_groups}: the part of Cloud Foundry's routing API that clients ask when
 * they make a domain for TCP routes. Its lists have no pages.
 */
public final class RouterGroups implements Feature {
  private static final ListSpec LIST = ListSpec.of("name");

  private final Endpoints endpoints;
  private final List<RouterGroup> groups;

  /**
   * @param group null when there are no TCP routes
   */
  public RouterGroups(Endpoints endpoints, @Nullable RouterGroup group) {
    this.endpoints = endpoints;
    this.groups = group == null ? List.of() : List.of(group);
  }

  @Override
  public List<Route> routes() {
    return List.of(
        endpoints.get("/routing/v1/router_groups", this::list),
        endpoints.get("/routing/v1/router_groups/:guid", this::show));
  }

  private Reply list(Call call) {
    List<String> names = call.list(LIST).values("name").orElse(List.of(RouterGroup.NAME));
    return Reply.ok(
        names.contains(RouterGroup.NAME)
            ? groups.stream().map(RouterGroup::body).toList()
            : List.of());
  }

  private Reply show(Call call) {
    return groups.stream()
        .filter(_ -> call.guid().equals(RouterGroup.GUID))
        .findFirst()
        .map(group -> Reply.ok(group.body()))
        .orElseThrow(() -> Permissions.notFound("Router group"));
  }
}
