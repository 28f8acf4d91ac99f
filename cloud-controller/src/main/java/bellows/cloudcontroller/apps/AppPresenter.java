package bellows.cloudcontroller.apps;

import bellows.cloudcontroller.api.Links;
import bellows.cloudcontroller.api.ResourceBody;
import java.util.Map;

/** How the API shows an app (reference/api.md, section 4.2). */
final class AppPresenter {
  private AppPresenter() {}

  static ResourceBody body(App app, Links links) {
    String guid = app.guid();
    return ResourceBody.of(links, guid, app.createdAt(), app.updatedAt())
        .put("name", app.name())
        .put("state", app.started() ? "STARTED" : "STOPPED")
        .put(
            "lifecycle",
            Map.of(
                "type",
                "buildpack",
                "data",
                Map.of(
                    "buildpacks",
                    BuildpackAddress.withoutSecrets(app.buildpacks()),
                    "stack",
                    app.stack())))
        .toOne("space", app.space())
        .toOne("current_droplet", app.droplet())
        .metadata(app.metadata())
        .link("self", "/v3/apps/%s", guid)
        .link("environment_variables", "/v3/apps/%s/environment_variables", guid)
        .link("space", "/v3/spaces/%s", app.space())
        .link("processes", "/v3/apps/%s/processes", guid)
        .link("packages", "/v3/apps/%s/packages", guid)
        .link("current_droplet", "/v3/apps/%s/droplets/current", guid)
        .link("droplets", "/v3/apps/%s/droplets", guid)
        .link("tasks", "/v3/apps/%s/tasks", guid)
        .action("start", "POST", "/v3/apps/%s/actions/start", guid)
        .action("stop", "POST", "/v3/apps/%s/actions/stop", guid)
        .action("clear_buildpack_cache", "POST", "/v3/apps/%s/actions/clear_buildpack_cache", guid)
        .link("revisions", "/v3/apps/%s/revisions", guid)
        .link("deployed_revisions", "/v3/apps/%s/revisions/deployed", guid)
        .link("features", "/v3/apps/%s/features", guid);
  }
}
