package bellows.cloudcontroller.audit;

import bellows.base.json.Json;
import bellows.cloudcontroller.api.Call;
import bellows.cloudcontroller.api.Caller;
import bellows.cloudcontroller.api.Endpoints;
import bellows.cloudcontroller.api.Links;
import bellows.cloudcontroller.api.ListQuery;
import bellows.cloudcontroller.api.ListSpec;
import bellows.cloudcontroller.api.Permissions;
import bellows.cloudcontroller.api.ResourceBody;
import bellows.cloudcontroller.api.Timestamps;
import bellows.cloudcontroller.api.Where;
import bellows.cloudcontroller.feature.Feature;
import bellows.http.Reply;
import bellows.http.Route;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jdbi.v3.core.statement.StatementContext;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** {@code /v3/audit_events}: what happened in the spaces and orgs that the caller sees. */
public final class AuditEventsFeature implements Feature {
  private static final String EXCEPT_TARGETS = "target_guids[not]";
  private static final ListSpec LIST =
      ListSpec.of("types", "target_guids", EXCEPT_TARGETS, "space_guids", "organization_guids");
  private static final String FROM =
      "from (select *, created_at as updated_at from audit_events) e";

  private record Event(
      String guid,
      Instant createdAt,
      String type,
      AuditEvents.Actor actor,
      AuditEvents.Target target,
      JsonNode data,
      @Nullable String spaceGuid,
      @Nullable String organizationGuid) {
    private ResourceBody body(Links links) {
      return ResourceBody.of(links, guid, createdAt, createdAt)
          .put("type", type)
          .put("actor", party(actor.guid(), actor.type(), actor.name()))
          .put("target", party(target.guid(), target.type(), target.name()))
          .put("data", data)
          .put("space", reference(spaceGuid))
          .put("organization", reference(organizationGuid))
          .link("self", "/v3/audit_events/%s", guid);
    }

    private static Map<String, Object> party(String guid, String type, String name) {
      Map<String, Object> party = new LinkedHashMap<>();
      party.put("guid", guid);
      party.put("type", type);
      party.put("name", name);
      return party;
    }

    private static @Nullable Map<String, Object> reference(@Nullable String guid) {
      return guid == null ? null : new HashMap<>(Map.of("guid", guid));
    }
  }

  private final Endpoints endpoints;

  public AuditEventsFeature(Endpoints endpoints) {
    this.endpoints = endpoints;
  }

  @Override
  public List<Route> routes() {
    return List.of(
        endpoints.get("/v3/audit_events", this::list),
        endpoints.get("/v3/audit_events/:guid", this::show));
  }

  private Reply list(Call call) {
    ListQuery query = call.list(LIST);
    Where where =
        visible(Where.of(query, "e"), call.caller())
            .in("e.type", query.values("types"))
            .in("e.target_guid", query.values("target_guids"))
            .notIn("e.target_guid", query.values(EXCEPT_TARGETS))
            .in("e.space_guid", query.values("space_guids"))
            .in("e.organization_guid", query.values("organization_guids"));
    return call.page(
        query,
        call.inTransaction(db -> where.page(db, "select e.*", FROM, this::map)),
        event -> event.body(call.links()));
  }

  private Reply show(Call call) {
    String visible = call.caller().readsEverything() ? ":caller <> ''" : visible();
    Event event =
        call.inTransaction(db ->
            db.createQuery("select e.* " + FROM + " where e.guid = :guid and " + visible)
                .bind("guid", call.guid())
                .bind("caller", call.caller().guid())
                .map(this::map)
                .findOne()
                .orElseThrow(() -> Permissions.notFound("Event")));
    return event.body(call.links()).reply(200);
  }

  private static Where visible(Where where, Caller caller) {
    return caller.readsEverything() ? where : where.and(visible()).bind("caller", caller.guid());
  }

  /** An org's own events are for who runs or audits the org. */
  private static String visible() {
    return "("
        + Permissions.visibleSpace("e.space_guid")
        + " "
        + """
        or exists (select 1 from roles vr where vr.user_guid = :caller
           and vr.organization_guid = e.organization_guid
           and vr.type in ('organization_manager', 'organization_auditor')))\
        """;
  }

  private Event map(ResultSet row, StatementContext context) throws SQLException {
    return new Event(
        row.getString("guid"),
        Timestamps.column(row, "created_at"),
        row.getString("type"),
        new AuditEvents.Actor(
            row.getString("actor_guid"), row.getString("actor_type"), row.getString("actor_name")),
        new AuditEvents.Target(
            row.getString("target_guid"),
            row.getString("target_type"),
            row.getString("target_name")),
        Json.tree(row.getString("data")),
        row.getString("space_guid"),
        row.getString("organization_guid"));
  }
}
