package bellows.cloudcontroller.isolation;

import bellows.cloudcontroller.api.Call;
import bellows.cloudcontroller.api.Endpoints;
import bellows.cloudcontroller.api.Fields;
import bellows.cloudcontroller.api.Links;
import bellows.cloudcontroller.api.ListQuery;
import bellows.cloudcontroller.api.ListSpec;
import bellows.cloudcontroller.api.Metadata;
import bellows.cloudcontroller.api.Page;
import bellows.cloudcontroller.api.Permissions;
import bellows.cloudcontroller.api.Relationship;
import bellows.cloudcontroller.api.ResourceBody;
import bellows.cloudcontroller.feature.Feature;
import bellows.http.CfError;
import bellows.http.Reply;
import bellows.http.Route;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * {@code /v3/isolation_segments}: there is the shared one, whose guid every platform has in common,
 * and no org or space is assigned to another.
 */
public final class IsolationSegments implements Feature {
  private static final String SHARED = "933b4c58-120b-499a-b85d-4b6fc9e2903b";
  private static final String NAME = "shared";
  private static final Instant SINCE = Instant.parse("2026-01-01T00:00:00Z");
  private static final ListSpec LIST =
      ListSpec.of("names", "organization_guids").ordered("name").labelled();

  private final Endpoints endpoints;

  public IsolationSegments(Endpoints endpoints) {
    this.endpoints = endpoints;
  }

  @Override
  public List<Route> routes() {
    String ofOrganization = "/v3/organizations/:guid/relationships/default_isolation_segment";
    String ofSpace = "/v3/spaces/:guid/relationships/isolation_segment";
    return List.of(
        endpoints.get("/v3/isolation_segments", this::list),
        endpoints.get("/v3/isolation_segments/:guid", this::show),
        endpoints.post("/v3/isolation_segments", this::refuse),
        endpoints.get(ofOrganization, this::ofOrganization),
        endpoints.patch(ofOrganization, this::setOfOrganization),
        endpoints.get(ofSpace, this::ofSpace),
        endpoints.patch(ofSpace, this::setOfSpace));
  }

  private Reply list(Call call) {
    ListQuery query = call.list(LIST);
    boolean shown =
        query.values("names").map(names -> names.contains(NAME)).orElse(true)
            && query.values("guids").map(guids -> guids.contains(SHARED)).orElse(true)
            && query.values("organization_guids").isEmpty()
            && query.page() == 1;
    return call.page(
        query,
        new Page<>(shown ? List.of(SHARED) : List.of(), shown ? 1 : 0),
        _ -> body(call.links()));
  }

  private Reply show(Call call) {
    if (!call.guid().equals(SHARED)) {
      throw Permissions.notFound("Isolation segment");
    }
    return body(call.links()).reply(200);
  }

  private static ResourceBody body(Links links) {
    return ResourceBody.of(links, SHARED, SINCE, SINCE)
        .put("name", NAME)
        .metadata(Metadata.NONE)
        .link("self", "/v3/isolation_segments/%s", SHARED)
        .link("organizations", "/v3/isolation_segments/%s/organizations", SHARED);
  }

  private Reply refuse(Call call) {
    Permissions.requireAdmin(call.caller());
    throw unsupported();
  }

  private static CfError unsupported() {
    return CfError.Kind.UNPROCESSABLE_ENTITY.because(
        "Isolation segments other than 'shared' are not supported by this platform.");
  }

  private Reply ofOrganization(Call call) {
    call.useTransaction(db ->
        Permissions.requireReadableOrganization(db, call.caller(), call.guid(), "Organization"));
    return none(call, "/v3/organizations/%s/relationships/default_isolation_segment");
  }

  private Reply setOfOrganization(Call call) {
    call.useTransaction(db ->
        Permissions.requireOrganizationManager(db, call.caller(), call.guid(), "Organization"));
    requireNone(call);
    return none(call, "/v3/organizations/%s/relationships/default_isolation_segment");
  }

  private Reply ofSpace(Call call) {
    call.useTransaction(
        db -> Permissions.requireReadableSpace(db, call.caller(), call.guid(), "Space"));
    return none(call, "/v3/spaces/%s/relationships/isolation_segment");
  }

  private Reply setOfSpace(Call call) {
    call.useTransaction(
        db -> Permissions.requireSpaceManager(db, call.caller(), call.guid(), "Space"));
    requireNone(call);
    return none(call, "/v3/spaces/%s/relationships/isolation_segment");
  }

  private static void requireNone(Call call) {
    Fields fields = call.fields();
    Optional<String> segment = fields.data();
    fields.done();
    if (segment.isPresent()) {
      throw unsupported();
    }
  }

  private static Reply none(Call call, String self) {
    Map<String, @Nullable Object> body = new LinkedHashMap<>(Relationship.one(null));
    body.put("links", Map.of("self", call.links().link(self, call.guid())));
    return Reply.ok(body);
  }
}
