package bellows.cloudcontroller.apps;

import bellows.cloudcontroller.api.Fields;
import bellows.http.CfError;
import java.util.List;
import java.util.Optional;
import org.jdbi.v3.core.Handle;

/** The field {@code lifecycle} of apps and builds. */
public final class LifecycleFields {
  private static final int MOST_BUILDPACKS = 20;

  private final AppStore apps;

  /** What was asked for; empty parts stay as they are. */
  public record Wish(Optional<List<String>> buildpacks, Optional<String> stack) {
    static final Wish NONE = new Wish(Optional.empty(), Optional.empty());
  }

  public LifecycleFields(AppStore apps) {
    this.apps = apps;
  }

  /** Reads and checks the form; faults are noted in {@code fields}. */
  public Wish read(Fields fields) {
    Optional<Fields> lifecycle = fields.object("lifecycle");
    if (lifecycle.isEmpty()) {
      return Wish.NONE;
    }
    Optional<String> type = lifecycle.get().text("type", 20);
    if (type.isPresent() && !type.get().equals("buildpack")) {
      fields.fault(
          "Lifecycle type must be buildpack: this platform supports neither docker nor cnb");
    }
    Optional<Fields> data = lifecycle.get().object("data");
    if (data.isEmpty()) {
      return Wish.NONE;
    }
    boolean reset = data.get().isNull("buildpacks");
    Optional<List<String>> buildpacks = data.get().texts("buildpacks", MOST_BUILDPACKS, 1000);
    return new Wish(reset ? Optional.of(List.of()) : buildpacks, data.get().text("stack", 250));
  }

  /**
   * The stack to use, after checking that stack and buildpacks are there.
   *
   * @throws CfError 422
   */
  public String stack(Handle db, Wish wish, String otherwise) {
    String stack = wish.stack().orElse(otherwise);
    if (!apps.stackExists(db, stack)) {
      throw CfError.Kind.UNPROCESSABLE_ENTITY.because("Stack must be an existing stack");
    }
    requireBuildpacks(db, wish.buildpacks().orElse(List.of()));
    return stack;
  }

  /**
   * @throws CfError 422 when one is neither installed nor an address
   */
  public void requireBuildpacks(Handle db, List<String> buildpacks) {
    List<String> named =
        buildpacks.stream().filter(buildpack -> !BuildpackAddress.is(buildpack)).toList();
    List<String> unknown = apps.unknownBuildpacks(db, named);
    if (!unknown.isEmpty()) {
      throw CfError.Kind.UNPROCESSABLE_ENTITY.because(
          "%s: Buildpack must be an existing admin buildpack or a valid git URI",
          unknown.getFirst());
    }
  }
}
