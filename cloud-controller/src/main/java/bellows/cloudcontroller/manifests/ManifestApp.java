package bellows.cloudcontroller.manifests;

import bellows.cloudcontroller.apps.ProcessChange;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One application of a manifest, checked. What the manifest does not mention is null or empty and
 * stays as it is: applying only adds.
 *
 * @param buildpacks null: not mentioned; empty: detect
 * @param env a null value removes the variable
 * @param routes null: not mentioned
 * @param services names of instances to bind
 * @param labels a null value removes the label
 */
record ManifestApp(
    String name,
    @Nullable List<String> buildpacks,
    @Nullable String stack,
    Map<String, @Nullable String> env,
    Map<String, Boolean> features,
    @Nullable List<ManifestRoute> routes,
    boolean noRoute,
    boolean randomRoute,
    boolean defaultRoute,
    List<String> services,
    Map<String, @Nullable String> labels,
    Map<String, @Nullable String> annotations,
    List<ManifestProcess> processes) {
  /**
   * @param protocol null: http1
   * @param options a null value takes the option away
   */
  record ManifestRoute(
      String route, @Nullable String protocol, Map<String, @Nullable String> options) {}

  /**
   * A process and what the manifest wants of it.
   *
   * @param labels a null value removes the label
   */
  record ManifestProcess(String type, ProcessChange change, Map<String, @Nullable String> labels) {}
}
