package bellows.cloudcontroller.manifests;

import bellows.http.CfError;
import java.util.ArrayList;
import java.util.List;

/** Collects everything that is wrong with a manifest, so that one try shows it all. */
final class Faults {
  /** A manifest of a million faults needs no answer of a million lines. */
  private static final int SHOWN = 20;

  private final List<String> all = new ArrayList<>();

  void add(String fault) {
    if (all.size() < SHOWN) {
      all.add(fault);
    }
  }

  boolean isEmpty() {
    return all.isEmpty();
  }

  /** Adds the faults of a part, each with what it is a part of. */
  void addAll(String prefix, Faults part) {
    part.all.forEach(fault -> add(prefix + fault));
  }

  /**
   * @throws CfError when there is any
   */
  void throwIfAny() {
    if (!all.isEmpty()) {
      throw CfError.Kind.UNPROCESSABLE_ENTITY.because("%s", String.join(", ", all));
    }
  }
}
