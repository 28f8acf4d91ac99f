package bellows.cloudcontroller.api;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What a list's query may say.
 *
 * @param filters parameters of this resource, beyond the common ones
 * @param orders {@code order_by} field to SQL column
 * @param includes values that the parameter for included resources may have
 * @param paged comes in pages, with an order and the time filters
 * @param labels has {@code label_selector}
 */
public record ListSpec(
    Set<String> filters,
    Map<String, String> orders,
    List<String> includes,
    boolean paged,
    boolean labels) {

  /** A list of rows with {@code guid, created_at, updated_at}. */
  public static ListSpec of(String... filters) {
    Map<String, String> orders = new LinkedHashMap<>();
    orders.put("created_at", "created_at");
    orders.put("updated_at", "updated_at");
    return new ListSpec(new LinkedHashSet<>(List.of(filters)), orders, List.of(), true, false);
  }

  static ListSpec single(List<String> includes) {
    return new ListSpec(Set.of(), Map.of(), includes, false, false);
  }

  /** Allows {@code order_by=field}, sorted by the column of the same name. */
  public ListSpec ordered(String field) {
    return ordered(field, field);
  }

  /** Allows {@code order_by=field}, sorted by an SQL expression on the listed table. */
  public ListSpec ordered(String field, String column) {
    Map<String, String> more = new LinkedHashMap<>(orders);
    more.put(field, column);
    return new ListSpec(filters, more, includes, paged, labels);
  }

  /** Allows {@code label_selector}; the table has a column {@code labels}. */
  public ListSpec labelled() {
    return new ListSpec(filters, orders, includes, paged, true);
  }

  /** Allows these values of {@code include}. */
  public ListSpec including(String... values) {
    return new ListSpec(filters, orders, List.of(values), paged, labels);
  }

  /** Every parameter's name, as the error for an unknown one lists them. */
  List<String> names() {
    List<String> names = new ArrayList<>();
    if (paged) {
      names.addAll(List.of("page", "per_page", "order_by", "created_ats", "updated_ats", "guids"));
    }
    if (labels) {
      names.add("label_selector");
    }
    names.addAll(filters);
    if (!includes.isEmpty()) {
      names.add("include");
    }
    return names;
  }
}
