package bellows.cloudcontroller.api;

import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Resources that an answer refers to.
 *
 * @param name plural, for instance {@code spaces}
 * @param resources each once
 */
public record Included(String name, List<Map<String, @Nullable Object>> resources) {
  public static <T> Included of(
      String name, Collection<T> resources, Function<T, ResourceBody> presenter) {
    return new Included(
        name, resources.stream().map(each -> presenter.apply(each).fields()).toList());
  }

  static Map<String, Object> body(List<Included> all) {
    Map<String, Object> body = new LinkedHashMap<>();
    for (Included included : all) {
      body.put(included.name(), included.resources());
    }
    return body;
  }
}
