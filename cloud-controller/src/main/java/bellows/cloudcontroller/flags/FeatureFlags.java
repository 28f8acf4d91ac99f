package bellows.cloudcontroller.flags;

import bellows.cloudcontroller.api.Call;
import bellows.cloudcontroller.api.Endpoints;
import bellows.cloudcontroller.api.Fields;
import bellows.cloudcontroller.api.Links;
import bellows.cloudcontroller.api.ListQuery;
import bellows.cloudcontroller.api.ListSpec;
import bellows.cloudcontroller.api.Page;
import bellows.cloudcontroller.api.Permissions;
import bellows.cloudcontroller.api.ResourceBody;
import bellows.cloudcontroller.api.Timestamps;
import bellows.cloudcontroller.feature.Feature;
import bellows.http.Reply;
import bellows.http.Route;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/** {@code /v3/feature_flags}: what everyone sees and administrators set. */
public final class FeatureFlags implements Feature {
  private static final String KIND = "Feature flag";
  private static final ListSpec LIST = ListSpec.of().ordered("name");

  private record Row(
      String name, boolean enabled, @Nullable Instant updatedAt, @Nullable String message) {
    private ResourceBody body(Links links) {
      return ResourceBody.bare(links)
          .put("name", name)
          .put("enabled", enabled)
          .put("updated_at", updatedAt == null ? null : Timestamps.text(updatedAt))
          .put("custom_error_message", message)
          .link("self", "/v3/feature_flags/%s", name);
    }
  }

  private final Endpoints endpoints;

  public FeatureFlags(Endpoints endpoints) {
    this.endpoints = endpoints;
  }

  @Override
  public List<Route> routes() {
    return List.of(
        endpoints.get("/v3/feature_flags", this::list),
        endpoints.get("/v3/feature_flags/:name", this::show),
        endpoints.patch("/v3/feature_flags/:name", this::update));
  }

  private Reply list(Call call) {
    ListQuery query = call.list(LIST);
    List<Row> all = call.inTransaction(FeatureFlags::rows);
    List<Row> page =
        all.stream().skip((query.page() - 1L) * query.perPage()).limit(query.perPage()).toList();
    return call.page(query, new Page<>(page, all.size()), row -> row.body(call.links()));
  }

  private Reply show(Call call) {
    FeatureFlag flag = flag(call);
    return call.inTransaction(db -> row(db, flag)).body(call.links()).reply(200);
  }

  private static FeatureFlag flag(Call call) {
    return FeatureFlag.find(call.path("name")).orElseThrow(() -> Permissions.notFound(KIND));
  }

  private Reply update(Call call) {
    Permissions.requireAdmin(call.caller());
    FeatureFlag flag = flag(call);
    Fields fields = call.fields();
    Optional<Boolean> enabled = fields.flag("enabled");
    boolean messageGiven = fields.has("custom_error_message");
    Optional<String> message = fields.text("custom_error_message", 250);
    fields.done();
    Row after =
        call.inTransaction(db -> {
          Row before = row(db, flag);
          save(
              db,
              flag,
              enabled.orElse(before.enabled()),
              messageGiven ? message.orElse(null) : before.message());
          return row(db, flag);
        });
    return after.body(call.links()).reply(200);
  }

  private static void save(Handle db, FeatureFlag flag, boolean enabled, @Nullable String message) {
    db.createUpdate(
            """
            insert into feature_flags (name, enabled, custom_error_message, updated_at)
            values (:name, :enabled, :message, now())
            on conflict (name) do update set enabled = excluded.enabled,
              custom_error_message = excluded.custom_error_message, updated_at = now()\
            """)
        .bind("name", flag.apiName())
        .bind("enabled", enabled)
        .bind("message", message)
        .execute();
  }

  private static Row row(Handle db, FeatureFlag flag) {
    return rows(db).stream()
        .filter(row -> row.name().equals(flag.apiName()))
        .findFirst()
        .orElseThrow();
  }

  /** One for each flag, in the enum's order, which is that of the names. */
  private static List<Row> rows(Handle db) {
    Map<String, Row> set =
        db
            .createQuery("select * from feature_flags")
            .map((row, _) ->
                new Row(
                    row.getString("name"),
                    row.getBoolean("enabled"),
                    Timestamps.column(row, "updated_at"),
                    row.getString("custom_error_message")))
            .stream()
            .collect(Collectors.toMap(Row::name, Function.identity()));
    return FeatureFlag.all().stream()
        .map(flag ->
            set.getOrDefault(
                flag.apiName(), new Row(flag.apiName(), flag.enabledByDefault(), null, null)))
        .toList();
  }
}
