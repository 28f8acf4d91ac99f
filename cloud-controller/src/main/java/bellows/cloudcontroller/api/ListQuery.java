package bellows.cloudcontroller.api;

import bellows.http.CfError;
import bellows.http.Request;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/** The query of a list, checked (reference/api.md, 4.1). */
public final class ListQuery {
  private static final int DEFAULT_PER_PAGE = 50;
  private static final int MAX_PER_PAGE = 5000;
  private static final List<String> TIMES = List.of("created_ats", "updated_ats");
  private static final Map<String, String> OPERATORS =
      Map.of("[lt]", "<", "[lte]", "<=", "[gt]", ">", "[gte]", ">=");

  /**
   * A bound on a time.
   *
   * @param column {@code created_at} or {@code updated_at}
   * @param operator SQL's; {@code =} for a list of exact times
   */
  record TimeFilter(String column, String operator, List<Instant> times) {}

  private final ListSpec spec;
  private final Map<String, List<String>> values = new LinkedHashMap<>();
  private final List<TimeFilter> times = new ArrayList<>();
  private final List<String> faults = new ArrayList<>();
  private Optional<LabelSelector> labels = Optional.empty();
  private int page = 1;
  private int perPage = DEFAULT_PER_PAGE;
  private String order = "";

  private ListQuery(ListSpec spec) {
    this.spec = spec;
  }

  static ListQuery parse(Request request, ListSpec spec) {
    ListQuery query = new ListQuery(spec);
    List<String> unknown = new ArrayList<>();
    request
        .query()
        .forEach((name, sent) -> {
          if (!query.take(name, sent)) {
            unknown.add(name);
          }
        });
    if (!unknown.isEmpty()) {
      query.faults.add(
          0,
          "Unknown query parameter(s): %s. Valid parameters are: %s"
              .formatted(quoted(unknown), quoted(spec.names())));
    }
    if (!query.faults.isEmpty()) {
      throw invalid(String.join(", ", query.faults));
    }
    return query;
  }

  /** The error for a query that cannot be answered. */
  public static CfError invalid(String why) {
    return CfError.Kind.BAD_QUERY_PARAMETER.because("The query parameter is invalid: " + why);
  }

  private static String quoted(List<String> names) {
    return names.stream().map(name -> "'" + name + "'").collect(Collectors.joining(", "));
  }

  /** False when there is no such parameter. */
  private boolean take(String name, List<String> sent) {
    String last = sent.getLast();
    if (spec.paged()) {
      switch (name) {
        case "page" -> {
          page =
              number(last, 1, Integer.MAX_VALUE / MAX_PER_PAGE, "Page must be a positive integer");
          return true;
        }
        case "per_page" -> {
          perPage = number(last, 1, MAX_PER_PAGE, "Per page must be between 1 and 5000");
          return true;
        }
        case "order_by" -> {
          order = last;
          String field =
              last.startsWith("-") || last.startsWith("+") || last.startsWith(" ")
                  ? last.substring(1)
                  : last;
          if (!spec.orders().containsKey(field)) {
            faults.add("Order by can only be: " + quoted(List.copyOf(spec.orders().keySet())));
          }
          return true;
        }
        default -> {
          if (takeTime(name, last)) {
            return true;
          }
        }
      }
    }
    if (spec.labels() && name.equals("label_selector")) {
      try {
        labels = Optional.of(LabelSelector.parse(last));
      } catch (IllegalArgumentException e) {
        faults.add("Label selector " + e.getMessage());
      }
      return true;
    }
    if (name.equals("include") && !spec.includes().isEmpty()) {
      takeInclude(split(sent));
      return true;
    }
    if (spec.filters().contains(name) || (spec.paged() && name.equals("guids"))) {
      values.put(name, split(sent));
      return true;
    }
    return false;
  }

  private int number(String text, int min, int max, String fault) {
    try {
      int value = Integer.parseInt(text);
      if (value >= min && value <= max) {
        return value;
      }
    } catch (NumberFormatException e) {
      // Told below, as is a number out of range.
    }
    faults.add(fault);
    return min;
  }

  private boolean takeTime(String name, String sent) {
    for (String parameter : TIMES) {
      if (name.equals(parameter) || name.startsWith(parameter + "[")) {
        String operator = OPERATORS.get(name.substring(parameter.length()));
        if (operator == null && !name.equals(parameter)) {
          faults.add("Invalid relational operator: '%s'".formatted(name));
          return true;
        }
        List<Instant> parsed = new ArrayList<>();
        for (String text : sent.split(",", -1)) {
          Timestamps.parse(text)
              .ifPresentOrElse(parsed::add, () -> faults.add(timeFault(parameter)));
        }
        if (operator != null && parsed.size() > 1) {
          faults.add("%s with an operator takes one time".formatted(name));
        }
        String column = parameter.substring(0, parameter.length() - 1);
        times.add(new TimeFilter(column, operator == null ? "=" : operator, parsed));
        return true;
      }
    }
    return false;
  }

  private static String timeFault(String parameter) {
    return "%s has an invalid timestamp format. Timestamps should be formatted as"
            .formatted(Fields.label(parameter))
        + " 'YYYY-MM-DDThh:mm:ssZ'";
  }

  private void takeInclude(List<String> sent) {
    for (String value : sent) {
      if (!spec.includes().contains(value)) {
        faults.add(
            "Invalid included resource: '%s'. Valid included resources are: %s"
                .formatted(value, quoted(spec.includes())));
      }
    }
    values.put("include", sent);
  }

  /**
   * Clients join values by comma; a comma inside a value comes escaped once more (reference/api.md,
   * 1.5). "" is a value.
   */
  private static List<String> split(List<String> sent) {
    List<String> parts = new ArrayList<>();
    for (String joined : sent) {
      for (String part : joined.split(",", -1)) {
        parts.add(unescape(part));
      }
    }
    return parts;
  }

  private static String unescape(String part) {
    if (part.indexOf('%') < 0) {
      return part;
    }
    try {
      return URLDecoder.decode(part.replace("+", "%2B"), StandardCharsets.UTF_8);
    } catch (IllegalArgumentException e) {
      return part; // A percent sign of its own.
    }
  }

  /** The values of a filter, OR between them; empty when the query does not have it. */
  public Optional<List<String>> values(String name) {
    return Optional.ofNullable(values.get(name));
  }

  /**
   * @throws CfError 400 when the filter's value is neither {@code true} nor {@code false}
   */
  public Optional<Boolean> flag(String name) {
    return values(name)
        .map(sent ->
            switch (sent.getLast()) {
              case "true" -> true;
              case "false" -> false;
              default -> throw invalid(Fields.label(name) + " must be 'true' or 'false'");
            });
  }

  /**
   * Empty also for a filter without a value.
   *
   * @throws CfError 400 when the filter's value is no number
   */
  public Optional<Integer> number(String name) {
    return values(name)
        .map(List::getLast)
        .filter(sent -> !sent.isEmpty())
        .map(sent -> {
          try {
            return Integer.valueOf(sent);
          } catch (NumberFormatException e) {
            throw invalid(Fields.label(name) + " must be a number");
          }
        });
  }

  /** What the caller wants included, each of it allowed by the spec. */
  public List<String> include() {
    return values("include").orElse(List.of());
  }

  public int page() {
    return page;
  }

  public int perPage() {
    return perPage;
  }

  List<TimeFilter> times() {
    return times;
  }

  Optional<LabelSelector> labels() {
    return labels;
  }

  /** SQL for what follows {@code order by}, on the table's alias; ends with the guid. */
  String orderBy(String alias, List<String> defaultColumns) {
    if (order.isEmpty()) {
      return String.join(", ", defaultColumns.stream().map(c -> alias + "." + c).toList());
    }
    boolean down = order.startsWith("-");
    String field = Character.isLetter(order.charAt(0)) ? order : order.substring(1);
    return alias + "." + spec.orders().get(field) + (down ? " desc" : "");
  }
}
