package bellows.cloudcontroller.resources;

import bellows.cloudcontroller.api.Call;
import bellows.cloudcontroller.api.Endpoints;
import bellows.cloudcontroller.api.Fields;
import bellows.cloudcontroller.feature.Feature;
import bellows.cloudcontroller.flags.FeatureFlag;
import bellows.http.Reply;
import bellows.http.Route;
import java.util.List;
import java.util.Map;

/** {@code POST /v3/resource_matches}: which files need not be sent; the upload checks again. */
public final class ResourceMatchesFeature implements Feature {
  private final Endpoints endpoints;
  private final KnownResources resources;

  public ResourceMatchesFeature(Endpoints endpoints, KnownResources resources) {
    this.endpoints = endpoints;
    this.resources = resources;
  }

  @Override
  public List<Route> routes() {
    return List.of(endpoints.post("/v3/resource_matches", this::match));
  }

  private Reply match(Call call) {
    Fields fields = call.fields();
    List<MatchedResource> asked = MatchedResource.read(fields);
    fields.done();
    boolean allowed =
        call.inTransaction(db -> FeatureFlag.RESOURCE_MATCHING.allows(db, call.caller()));
    List<MatchedResource> matched = allowed ? resources.match(call.caller(), asked) : List.of();
    return Reply.json(
        201, Map.of("resources", matched.stream().map(MatchedResource::body).toList()));
  }
}
