package bellows.dea.staging;

import bellows.contracts.staging.StagingReply;
import bellows.dea.tenantfiles.TenantTree;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.DumperOptions;
import org.yaml.snakeyaml.Yaml;

/**
 * What the buildpacks made, read from the container's files after its end.
 *
 * @param detected what detect printed, or the last buildpack's name
 * @param lastBuildpack its name
 * @param command of the web process
 */
record StagedApp(
    String detected,
    String lastBuildpack,
    @Nullable String command,
    Map<String, String> processTypes,
    List<StagingReply.UsedBuildpack> buildpacks) {
  private static final int MOST_BUILDPACKS = 64;

  static StagedApp read(TenantTree home) {
    List<StagingReply.UsedBuildpack> used = new ArrayList<>();
    List<String> lines =
        text(home, ".bellows/result/used").orElse("").lines().limit(MOST_BUILDPACKS).toList();
    ProcessTypes types = new ProcessTypes();
    text(home, ".bellows/result/release.yml").ifPresent(types::release);
    for (int i = 0; i < lines.size(); i++) {
      String[] fields = lines.get(i).split("\t", 2);
      String detect = fields.length > 1 && !fields[1].isBlank() ? fields[1].strip() : null;
      used.add(new StagingReply.UsedBuildpack(fields[0], detect, version(home, i)));
      text(home, "deps/" + i + "/launch.yml").ifPresent(types::launch);
    }
    text(home, "app/Procfile").ifPresent(types::procfile);
    String last = used.isEmpty() ? "" : used.getLast().name();
    String detected = used.isEmpty() ? null : used.getLast().detectOutput();
    return new StagedApp(
        detected == null ? last : detected, last, types.web().orElse(null), types.commands(), used);
  }

  /** The file that goes with the droplet (reference/messages.md, section 4.5). */
  String stagingInfo() {
    Map<String, Object> info = new LinkedHashMap<>();
    info.put("detected_buildpack", detected);
    info.put("start_command", command);
    info.put("effective_procfile", new LinkedHashMap<>(processTypes));
    DumperOptions options = new DumperOptions();
    options.setDefaultFlowStyle(DumperOptions.FlowStyle.BLOCK);
    return new Yaml(options).dump(info);
  }

  private static @Nullable String version(TenantTree home, int index) {
    Optional<String> config = text(home, "deps/" + index + "/config.yml");
    if (config.isEmpty()) {
      return null;
    }
    Object content =
        ProcessTypes.load(
            config.get(), StagingFailure.Reason.COMPILE_FAILED, "config.yml is no YAML");
    return content instanceof Map<?, ?> map && map.get("version") != null
        ? String.valueOf(map.get("version"))
        : null;
  }

  private static Optional<String> text(TenantTree home, String path) {
    return home.text(path, ProcessTypes.LONGEST_TEXT);
  }
}
