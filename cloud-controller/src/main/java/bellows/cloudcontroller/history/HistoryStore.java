package bellows.cloudcontroller.history;

import bellows.base.json.Json;
import bellows.cloudcontroller.api.ListQuery;
import bellows.cloudcontroller.api.ListSpec;
import bellows.cloudcontroller.api.Page;
import bellows.cloudcontroller.api.Timestamps;
import bellows.cloudcontroller.api.Where;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** Reads the history that the triggers of the CMDB write. */
final class HistoryStore {
  private static final String EXCEPT_ACTORS = "actors[not]";
  static final ListSpec LIST = ListSpec.of("actors", EXCEPT_ACTORS).ordered("number");

  private static final String SELECT = "select s.*";

  /** With the columns that lists go by. */
  private static final String FROM =
      """
      from (select number::text as guid, created_at as updated_at, -number as newest, *
            from change_sets) s\
      """;

  Page<ChangeSet> page(Handle db, ListQuery query, String app) {
    Page<ChangeSet> page =
        Where.of(query, "s")
            .and("s.app_guid = :%s", app)
            .in("s.actor", query.values("actors"))
            .notIn("s.actor", query.values(EXCEPT_ACTORS))
            .defaultOrder("newest")
            .page(db, SELECT, FROM, (row, _) -> set(row, List.of()));
    return new Page<>(withChanges(db, page.items()), page.total());
  }

  Optional<ChangeSet> find(Handle db, String app, long number) {
    return withChanges(
            db,
            db.createQuery("select * from change_sets where app_guid = :app and number = :number")
                .bind("app", app)
                .bind("number", number)
                .map((row, _) -> set(row, List.of()))
                .list())
        .stream()
        .findFirst();
  }

  /** The sets that people made and nobody took back yet, newest first. */
  List<ChangeSet> undoable(Handle db, String app, int limit) {
    return withChanges(
        db,
        db.createQuery(
                """
                select * from change_sets
                where app_guid = :app and actor <> 'platform' and undoes is null
                  and undone_by is null
                order by number desc limit :limit\
                """)
            .bind("app", app)
            .bind("limit", limit)
            .map((row, _) -> set(row, List.of()))
            .list());
  }

  /**
   * Notes that this transaction takes back {@code undone}; returns its own number, or empty when it
   * has changed nothing.
   */
  Optional<Long> markUndone(Handle db, String app, long undone) {
    Optional<Long> own =
        db.createQuery(
                """
                update change_sets set undoes = :undone
                where app_guid = :app and transaction_id = txid_current() and created_at = now()
                returning number\
                """)
            .bind("undone", undone)
            .bind("app", app)
            .mapTo(Long.class)
            .findOne();
    own.ifPresent(number ->
        db.createUpdate("update change_sets set undone_by = :own where number = :undone")
            .bind("own", number)
            .bind("undone", undone)
            .execute());
    return own;
  }

  /** Every row of the app as it was at that time; newer than that is not seen. */
  List<Change> at(Handle db, String app, Instant time) {
    return db.createQuery(
            """
            select * from (
              select distinct on (r.kind, r.key) r.*
              from change_rows r join change_sets s on s.number = r.change_number
              where s.app_guid = :app and s.created_at <= :time
              order by r.kind, r.key, r.version desc) last
            where became is not null
            order by kind, became ->> 'type', became ->> 'instance_index', key\
            """)
        .bind("app", app)
        .bind("time", time.atOffset(ZoneOffset.UTC))
        .map((row, _) -> change(row))
        .list();
  }

  private static List<ChangeSet> withChanges(Handle db, List<ChangeSet> sets) {
    Map<Long, List<Change>> changes = new HashMap<>();
    db.createQuery(
            "select * from change_rows where change_number = any(:numbers::bigint[]) order by position")
        .bind(
            "numbers",
            sets.stream().map(set -> String.valueOf(set.number())).toArray(String[]::new))
        .map((row, _) ->
            changes
                .computeIfAbsent(row.getLong("change_number"), _ -> new ArrayList<>())
                .add(change(row)))
        .list();
    return sets.stream()
        .map(set ->
            new ChangeSet(
                set.number(),
                set.app(),
                set.actor(),
                set.at(),
                set.undoes(),
                set.undoneBy(),
                changes.getOrDefault(set.number(), List.of())))
        .toList();
  }

  private static ChangeSet set(ResultSet row, List<Change> changes) throws SQLException {
    return new ChangeSet(
        row.getLong("number"),
        row.getString("app_guid"),
        row.getString("actor"),
        Timestamps.column(row, "created_at"),
        row.getObject("undoes", Long.class),
        row.getObject("undone_by", Long.class),
        changes);
  }

  private static Change change(ResultSet row) throws SQLException {
    return new Change(
        Change.Kind.valueOf(row.getString("kind").toUpperCase(Locale.ROOT)),
        row.getString("key"),
        row.getLong("version"),
        facts(row.getString("was")),
        facts(row.getString("became")));
  }

  private static @Nullable JsonNode facts(@Nullable String json) {
    return json == null ? null : Json.tree(json);
  }
}
