package bellows.cloudcontroller.api;

import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.mapper.RowMapper;
import org.jdbi.v3.core.statement.Query;
import org.jdbi.v3.core.statement.SqlStatements;

/**
 * The conditions of a list, all of which must hold, with their parameters; and the page they give.
 *
 * <pre>{@code
 * Where where = Where.of(query, "a");           // guids, times, labels of the table with alias a
 * where.in("a.name", query.values("names"));
 * where.visibleSpaces(caller, "a.space_guid");
 * return where.page(db, "select a.*", "from apps a", mapper);
 * }</pre>
 */
public final class Where {
  private final ListQuery query;
  private final String alias;
  private final List<String> conditions = new ArrayList<>();
  private final Map<String, Object> parameters = new LinkedHashMap<>();
  private List<String> defaultOrder = List.of("created_at");

  private Where(ListQuery query, String alias) {
    this.query = query;
    this.alias = alias;
  }

  /** With the common filters of the query. */
  public static Where of(ListQuery query, String alias) {
    Where where = new Where(query, alias);
    where.in(alias + ".guid", query.values("guids"));
    query.times().forEach(where::time);
    query.labels().ifPresent(where::labels);
    return where;
  }

  /** The order when the query names none; ascending columns of the table. */
  public Where defaultOrder(String... columns) {
    defaultOrder = List.of(columns);
    return this;
  }

  /** The column has one of the values; no condition when there are no values. */
  public Where in(String column, Optional<List<String>> values) {
    values.ifPresent(some -> and(column + " = any(:%s)", some.toArray(String[]::new)));
    return this;
  }

  /** The column has none of the values; no condition when there are no values. */
  public Where notIn(String column, Optional<List<String>> values) {
    values.ifPresent(some -> and(column + " <> all(:%s)", some.toArray(String[]::new)));
    return this;
  }

  /** A condition without parameters of its own. */
  public Where and(String condition) {
    conditions.add("(" + condition + ")");
    return this;
  }

  /**
   * @param condition with one {@code :%s} for the parameter's name
   */
  public Where and(String condition, Object value) {
    String name = "w" + parameters.size();
    parameters.put(name, value);
    conditions.add("(" + condition.replace(":%s", ":" + name) + ")");
    return this;
  }

  /** A parameter that a condition without one of its own, or the select list, refers to. */
  public Where bind(String name, Object value) {
    parameters.put(name, value);
    return this;
  }

  /** Only what lies in spaces that the caller sees. */
  public Where visibleSpaces(Caller caller, String column) {
    if (!caller.readsEverything()) {
      parameters.put("caller", caller.guid());
      conditions.add(Permissions.visibleSpace(column));
    }
    return this;
  }

  /** Only what belongs to orgs that the caller sees. */
  public Where visibleOrganizations(Caller caller, String column) {
    if (!caller.readsEverything()) {
      parameters.put("caller", caller.guid());
      conditions.add(Permissions.visibleOrganization(column));
    }
    return this;
  }

  /**
   * Runs the list.
   *
   * @param select {@code select ...}
   * @param from {@code from ...} with its joins, one row for each resource
   */
  public <T> Page<T> page(Handle db, String select, String from, RowMapper<T> mapper) {
    String where = conditions.isEmpty() ? "" : " where " + String.join(" and ", conditions);
    long total = bound(db.createQuery("select count(*) " + from + where)).mapTo(Long.class).one();
    String order =
        " order by %s, %s.guid limit :limit offset :offset"
            .formatted(query.orderBy(alias, defaultOrder), alias);
    List<T> items =
        bound(db.createQuery(select + " " + from + where + order))
            .bind("limit", query.perPage())
            .bind("offset", (query.page() - 1L) * query.perPage())
            .map(mapper)
            .list();
    return new Page<>(items, total);
  }

  private Query bound(Query statement) {
    // The count needs none of the select list's parameters.
    statement.configure(SqlStatements.class, config -> config.setUnusedBindingAllowed(true));
    parameters.forEach(statement::bind);
    return statement;
  }

  /** Clients see whole seconds, so they mean whole seconds. */
  private void time(ListQuery.TimeFilter filter) {
    String column = "date_trunc('second', %s.%s)".formatted(alias, filter.column());
    OffsetDateTime[] times =
        filter.times().stream().map(Where::inUtc).toArray(OffsetDateTime[]::new);
    if (filter.operator().equals("=")) {
      List<String> any = new ArrayList<>();
      for (OffsetDateTime time : times) {
        String name = "w" + parameters.size();
        parameters.put(name, time);
        any.add(column + " = :" + name);
      }
      conditions.add("(" + String.join(" or ", any) + ")");
    } else {
      and(column + " " + filter.operator() + " :%s", times[0]);
    }
  }

  private static OffsetDateTime inUtc(Instant time) {
    return time.atOffset(ZoneOffset.UTC);
  }

  private void labels(LabelSelector selector) {
    String labels = alias + ".labels";
    for (LabelSelector.Requirement requirement : selector.requirements()) {
      String name = "w" + parameters.size();
      parameters.put(name, requirement.key());
      String value = "(" + labels + " ->> :" + name + ")";
      switch (requirement.operator()) {
        case EXISTS -> conditions.add("jsonb_exists(" + labels + ", :" + name + ")");
        case ABSENT -> conditions.add("not jsonb_exists(" + labels + ", :" + name + ")");
        case IN -> and(value + " = any(:%s)", requirement.values().toArray(String[]::new));
        case NOT_IN ->
            and(
                "coalesce(" + value + " <> all(:%s), true)",
                requirement.values().toArray(String[]::new));
      }
    }
  }
}
