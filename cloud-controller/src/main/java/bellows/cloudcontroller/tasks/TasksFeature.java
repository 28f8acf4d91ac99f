package bellows.cloudcontroller.tasks;

import bellows.cloudcontroller.api.Call;
import bellows.cloudcontroller.api.Endpoints;
import bellows.cloudcontroller.api.ListQuery;
import bellows.cloudcontroller.api.ListSpec;
import bellows.cloudcontroller.api.Page;
import bellows.cloudcontroller.api.ResourceBody;
import bellows.cloudcontroller.apps.AppAccess;
import bellows.cloudcontroller.apps.AppStore;
import bellows.cloudcontroller.feature.Feature;
import bellows.http.Reply;
import bellows.http.Route;
import java.util.List;

/** {@code /v3/tasks}: clients list them when they show an app. */
public final class TasksFeature implements Feature {
  private static final ListSpec LIST =
      ListSpec.of(
              "names", "states", "app_guids", "space_guids", "organization_guids", "sequence_ids")
          .labelled();

  private final Endpoints endpoints;
  private final AppAccess access;

  public TasksFeature(Endpoints endpoints, AppStore apps) {
    this.endpoints = endpoints;
    this.access = new AppAccess(apps);
  }

  @Override
  public List<Route> routes() {
    return List.of(
        endpoints.get("/v3/tasks", TasksFeature::none),
        endpoints.get("/v3/apps/:guid/tasks", this::noneOfApp));
  }

  private Reply noneOfApp(Call call) {
    call.useTransaction(db -> access.readable(db, call.caller(), call.guid()));
    return none(call);
  }

  private static Reply none(Call call) {
    ListQuery query = call.list(LIST);
    return call.page(query, new Page<ResourceBody>(List.of(), 0), body -> body);
  }
}
