package bellows.contracts.routing;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The uris of an app.
 *
 * @param options of those of which something is wanted; others are not named
 */
public record RoutedUris(List<String> uris, Map<String, UriOptions> options) {
  /** Of an app without routes. */
  public static final RoutedUris NONE = new RoutedUris(List.of(), Map.of());

  public RoutedUris {
    uris = List.copyOf(uris);
    options = Map.copyOf(options);
  }

  /** Uris of which the same is wanted, together: a registration says it of all its uris. */
  public Map<UriOptions, List<String>> byOptions() {
    Map<UriOptions, List<String>> alike = new LinkedHashMap<>();
    for (String uri : uris) {
      alike
          .computeIfAbsent(options.getOrDefault(uri, UriOptions.NONE), _ -> new ArrayList<>())
          .add(uri);
    }
    return alike;
  }
}
