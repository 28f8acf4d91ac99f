package bellows.e2e;

import bellows.testkit.Host;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * All that a host has on this machine at one moment, looked up kind by kind: a container is there
 * in every kind, or in none.
 */
final class HostFacts {
  private static final Set<String> OF_THE_NETWORK =
      Set.of("living", "program", "cable", "member", "switch", "counted", "address", "tracked");

  private final Map<String, Set<String>> byKind;

  private HostFacts(Map<String, Set<String>> byKind) {
    this.byKind = byKind;
  }

  /**
   * @param script {@code host-facts.sh}
   * @param subnet the first bytes of its containers' addresses, such as {@code 10.222.}
   */
  static HostFacts of(Host host, Path script, String subnet) {
    return new HostFacts(
        host.run("bash", script.toString(), host.network(), host.data().toString(), subnet)
            .lines()
            .map(line -> line.split(" ", 2))
            .collect(
                Collectors.groupingBy(
                    words -> words[0],
                    TreeMap::new,
                    Collectors.mapping(words -> words[1], Collectors.toCollection(TreeSet::new)))));
  }

  /** Programs of apps that run. */
  int programs() {
    return names("program").size();
  }

  /** Containers to which the kernel sends callers. */
  int switched() {
    return names("switch").size();
  }

  /** What belongs to no container that lives, and what such a one lacks; empty when all is well. */
  List<String> disorder() {
    List<String> wrong = new ArrayList<>();
    Set<String> living = names("living");
    Set<String> kinds = new TreeSet<>(byKind.keySet());
    kinds.removeAll(OF_THE_NETWORK);
    kinds.forEach(kind -> {
      extra(kind, living, wrong);
      without(living, names(kind)).forEach(name -> wrong.add(name + " lacks its " + kind));
    });
    extra("member", names("cable"), wrong);
    extra("switch", names("address"), wrong);
    extra("counted", names("address"), wrong);
    extra("tracked", names("address"), wrong);
    if (names("cable").size() != living.size()) {
      wrong.add(names("cable") + " are the cables of " + living);
    }
    return wrong;
  }

  private void extra(String kind, Set<String> known, List<String> wrong) {
    without(names(kind), known).forEach(name -> wrong.add(kind + " of nobody: " + name));
  }

  private Set<String> names(String kind) {
    return byKind.getOrDefault(kind, Set.of());
  }

  private static Set<String> without(Set<String> all, Set<String> taken) {
    Set<String> rest = new TreeSet<>(all);
    rest.removeAll(taken);
    return rest;
  }
}
