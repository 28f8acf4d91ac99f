package bellows.cloudcontroller.history;

import bellows.cloudcontroller.api.Call;
import bellows.cloudcontroller.api.Endpoints;
import bellows.cloudcontroller.api.Fields;
import bellows.cloudcontroller.api.Links;
import bellows.cloudcontroller.api.ListQuery;
import bellows.cloudcontroller.api.ListSpec;
import bellows.cloudcontroller.api.Page;
import bellows.cloudcontroller.api.ResourceBody;
import bellows.cloudcontroller.api.Timestamps;
import bellows.cloudcontroller.apps.App;
import bellows.cloudcontroller.apps.AppAccess;
import bellows.cloudcontroller.apps.AppEvents;
import bellows.cloudcontroller.apps.AppStore;
import bellows.cloudcontroller.feature.Feature;
import bellows.http.CfError;
import bellows.http.Reply;
import bellows.http.Route;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/** {@code /bellows/v1/apps/:guid}: its history, how it was at some time, and undo. */
public final class HistoryFeature implements Feature {
  /** How far back undo looks for something that is not as it was. */
  private static final int LOOK_BACK = 200;

  private final Endpoints endpoints;
  private final AppAccess access;
  private final Undo undo;
  private final HistoryStore store = new HistoryStore();

  public HistoryFeature(Endpoints endpoints, AppStore apps, Undo undo) {
    this.endpoints = endpoints;
    this.access = new AppAccess(apps);
    this.undo = undo;
  }

  @Override
  public List<Route> routes() {
    return List.of(
        endpoints.get("/bellows/v1/apps/:guid/history", this::list),
        endpoints.get("/bellows/v1/apps/:guid/history/at/:time", this::at),
        endpoints.post("/bellows/v1/apps/:guid/undo", this::undo));
  }

  private Reply list(Call call) {
    ListQuery query = call.list(HistoryStore.LIST);
    Page<ChangeSet> page =
        call.inTransaction(db -> {
          App app = access.readable(db, call.caller(), call.guid());
          return store.page(db, query, app.guid());
        });
    return call.page(query, page, set -> body(set, call.links()));
  }

  private Reply at(Call call) {
    call.list(ListSpec.of());
    Instant time = time(call.path("time"));
    List<Change> rows =
        call.inTransaction(db -> {
          App app = access.readable(db, call.caller(), call.guid());
          return store.at(db, app.guid(), time);
        });
    Map<String, Object> body = new LinkedHashMap<>();
    body.put("at", Timestamps.text(time));
    for (Change.Kind kind : Change.Kind.values()) {
      body.put(
          kind.plural(),
          rows.stream().filter(row -> row.kind() == kind).map(HistoryFeature::asItWas).toList());
    }
    return Reply.ok(body);
  }

  private static Instant time(String text) {
    try {
      return Instant.parse(text);
    } catch (DateTimeParseException e) {
      throw ListQuery.invalid("'%s' is no time such as 2030-01-31T12:00:00Z".formatted(text));
    }
  }

  private static Map<String, @Nullable Object> asItWas(Change row) {
    Map<String, @Nullable Object> entry = new LinkedHashMap<>();
    entry.put("guid", row.key());
    entry.put("version", row.version());
    entry.put("facts", row.became());
    return entry;
  }

  private Reply undo(Call call) {
    Fields fields = call.fields();
    Optional<Long> number = fields.number("change", 1, Long.MAX_VALUE);
    fields.done();
    ResourceBody body =
        call.inTransaction(db -> {
          App app = access.changeable(db, call.caller(), call.guid());
          UndoPlan.Now now = undo.now(db, app);
          ChangeSet undone =
              number.isPresent() ? named(db, app, number.get(), now) : newest(db, app, now);
          undo.take(db, call.caller(), app, UndoPlan.of(undone, now));
          long own =
              store
                  .markUndone(db, app.guid(), undone.number())
                  .orElseThrow(() -> nothingLeft(undone.number()));
          AppEvents.record(db, call.caller(), app, "undo", Map.of("change", undone.number()));
          return body(store.find(db, app.guid(), own).orElseThrow(), call.links())
              .put("undone", body(undone, call.links()).fields());
        });
    return body.reply(200);
  }

  private ChangeSet named(Handle db, App app, long number, UndoPlan.Now now) {
    ChangeSet set =
        store
            .find(db, app.guid(), number)
            .orElseThrow(() ->
                CfError.Kind.UNPROCESSABLE_ENTITY.because(
                    "The app has no change %d in its history", number));
    if (set.byPlatform()) {
      throw CfError.Kind.UNPROCESSABLE_ENTITY.because(
          "Change %d was made by the platform itself and would be made again; take back the change of a person that led to it",
          number);
    }
    if (UndoPlan.of(set, now).isNothing()) {
      throw nothingLeft(number);
    }
    return set;
  }

  private static CfError nothingLeft(long number) {
    return CfError.Kind.UNPROCESSABLE_ENTITY.because(
        "Nothing of change %d can be taken back: all of it is as it was before, or is about instances that are not to run now",
        number);
  }

  private ChangeSet newest(Handle db, App app, UndoPlan.Now now) {
    return store.undoable(db, app.guid(), LOOK_BACK).stream()
        .filter(set -> !UndoPlan.of(set, now).isNothing())
        .findFirst()
        .orElseThrow(() ->
            CfError.Kind.UNPROCESSABLE_ENTITY.because(
                "There is no move, scale, deploy, start or stop to take back"));
  }

  private static ResourceBody body(ChangeSet set, Links links) {
    List<Map<String, @Nullable Object>> changes = new ArrayList<>();
    for (Change change : set.changes()) {
      Map<String, @Nullable Object> entry = new LinkedHashMap<>();
      entry.put("kind", change.kind().word());
      entry.put("guid", change.key());
      entry.put("version", change.version());
      entry.put("was", change.was());
      entry.put("became", change.became());
      changes.add(entry);
    }
    return ResourceBody.bare(links)
        .put("number", set.number())
        .put("created_at", Timestamps.text(set.at()))
        .put("actor", set.actor())
        .put("undoes", set.undoes())
        .put("undone_by", set.undoneBy())
        .put("summary", ChangeWords.of(set))
        .put("changes", changes)
        .link("app", "/v3/apps/%s", set.app());
  }
}
