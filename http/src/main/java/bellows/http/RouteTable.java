package bellows.http;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Finds the route for a path: literal segments win over {@code :names}, those over a final {@code
 * *}. A trailing slash makes no difference. Immutable.
 */
final class RouteTable {
  /**
   * @param pathParams decoded values by name
   */
  record Match(Route route, Map<String, String> pathParams) {}

  private final Node root = new Node();

  /**
   * @throws IllegalArgumentException when two routes answer the same requests
   */
  RouteTable(List<Route> routes) {
    for (Route route : routes) {
      add(route);
    }
  }

  private void add(Route route) {
    Node node = root;
    for (String segment : segments(route.path())) {
      node = node.child(segment);
    }
    Route other = node.routes.putIfAbsent(route.method(), route);
    if (other != null) {
      throw new IllegalArgumentException(
          "two routes for %s %s and %s".formatted(route.method(), other.path(), route.path()));
    }
  }

  /**
   * @param path as sent, still escaped
   * @throws IllegalArgumentException when a segment is escaped wrongly
   */
  Optional<Match> find(Route.Method method, String path) {
    List<String> values = new ArrayList<>();
    Route route = find(root, method, segments(path), 0, values);
    return route == null ? Optional.empty() : Optional.of(new Match(route, named(route, values)));
  }

  private static @Nullable Route find(
      Node node, Route.Method method, List<String> path, int depth, List<String> values) {
    if (depth == path.size()) {
      return node.routes.get(method);
    }
    String segment = path.get(depth);
    Node literal = node.literals.get(segment);
    if (literal != null) {
      Route found = find(literal, method, path, depth + 1, values);
      if (found != null) {
        return found;
      }
    }
    if (node.parameter != null) {
      values.add(segment);
      Route found = find(node.parameter, method, path, depth + 1, values);
      if (found != null) {
        return found;
      }
      values.removeLast();
    }
    if (node.rest != null && node.rest.routes.containsKey(method)) {
      values.add(String.join("/", path.subList(depth, path.size())));
      return node.rest.routes.get(method);
    }
    return null;
  }

  private static Map<String, String> named(Route route, List<String> values) {
    Map<String, String> named = new LinkedHashMap<>();
    int next = 0;
    for (String segment : segments(route.path())) {
      if (segment.startsWith(":") || segment.equals("*")) {
        String name = segment.equals("*") ? segment : segment.substring(1);
        named.put(name, unescape(values.get(next++)));
      }
    }
    return named;
  }

  /** A plus is a plus in a path, other than in a query. */
  private static String unescape(String segment) {
    return segment.indexOf('%') < 0
        ? segment
        : URLDecoder.decode(segment.replace("+", "%2B"), StandardCharsets.UTF_8);
  }

  private static List<String> segments(String path) {
    int from = path.startsWith("/") ? 1 : 0;
    int to = path.length();
    while (to > from && path.charAt(to - 1) == '/') {
      to--;
    }
    return from == to ? List.of() : List.of(path.substring(from, to).split("/", -1));
  }

  private static final class Node {
    private final Map<String, Node> literals = new HashMap<>();
    private final Map<Route.Method, Route> routes = new EnumMap<>(Route.Method.class);
    private @Nullable Node parameter;
    private @Nullable Node rest;

    private Node child(String segment) {
      if (segment.equals("*")) {
        rest = rest == null ? new Node() : rest;
        return rest;
      }
      if (segment.startsWith(":")) {
        parameter = parameter == null ? new Node() : parameter;
        return parameter;
      }
      return literals.computeIfAbsent(segment, _ -> new Node());
    }
  }
}
