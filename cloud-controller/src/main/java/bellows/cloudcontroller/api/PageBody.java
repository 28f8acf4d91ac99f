package bellows.cloudcontroller.api;

import bellows.http.Request;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** {@code {pagination, resources, included?}}; the links keep the filters exactly as sent. */
final class PageBody {
  private PageBody() {}

  static Map<String, @Nullable Object> of(
      Request request,
      ListQuery query,
      long total,
      List<? extends Map<String, @Nullable Object>> resources,
      List<Included> included) {
    long pages = Math.max(1, (total + query.perPage() - 1) / query.perPage());
    Map<String, @Nullable Object> pagination = new LinkedHashMap<>();
    pagination.put("total_results", total);
    pagination.put("total_pages", pages);
    pagination.put("first", link(request, query, 1));
    pagination.put("last", link(request, query, pages));
    pagination.put("next", query.page() < pages ? link(request, query, query.page() + 1L) : null);
    pagination.put(
        "previous",
        query.page() > 1 ? link(request, query, Math.min(pages, query.page() - 1L)) : null);
    Map<String, @Nullable Object> body = new LinkedHashMap<>();
    body.put("pagination", pagination);
    body.put("resources", resources);
    if (!included.isEmpty()) {
      body.put("included", Included.body(included));
    }
    return body;
  }

  private static Map<String, Object> link(Request request, ListQuery query, long page) {
    List<String> pairs = new ArrayList<>();
    for (String pair : request.rawQuery().split("&", -1)) {
      if (!pair.isEmpty() && !pair.startsWith("page=") && !pair.startsWith("per_page=")) {
        pairs.add(pair);
      }
    }
    pairs.add("page=" + page);
    pairs.add("per_page=" + query.perPage());
    return Map.of("href", request.baseUrl() + request.path() + "?" + String.join("&", pairs));
  }
}
