package bellows.dea.staging;

import bellows.contracts.staging.StagingStart;
import bellows.contracts.staging.StagingStart.AdminBuildpack;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Which buildpacks a task runs, as stage.sh reads it: the mode, then one line each of kind, name
 * and place. Pure.
 *
 * @param detect ask each in order, and use the first that fits
 * @param buildpacks never empty
 */
record BuildpackPlan(boolean detect, List<Entry> buildpacks) {
  /** Where admin buildpacks are seen inside. */
  static final String MOUNTS = "/home/vcap/.bellows/buildpacks/";

  private static final Pattern ADDRESS = Pattern.compile("(https?|git|ssh)://\\S+|git@\\S+");
  private static final Pattern ZIP = Pattern.compile("https?://[^#]+\\.zip(\\?[^#]*)?");

  /** A buildpack of the plan. */
  sealed interface Entry {
    String name();

    /** Its line for stage.sh; {@code position} is its place in the plan. */
    String line(int position);

    /** One that the operator installed. */
    record Admin(AdminBuildpack buildpack) implements Entry {
      @Override
      public String name() {
        return buildpack.name();
      }

      @Override
      public String line(int position) {
        return "admin\t" + name() + "\t" + MOUNTS + position;
      }
    }

    /** One that the container fetches itself. */
    record Remote(String address) implements Entry {
      @Override
      public String name() {
        return address;
      }

      @Override
      public String line(int position) {
        String kind = ZIP.matcher(address).matches() ? "zip" : "git";
        return kind + "\t" + withoutSecrets(address) + "\t" + address;
      }
    }
  }

  static BuildpackPlan of(StagingStart message) {
    List<String> wanted =
        message.properties().buildpacks() == null ? List.of() : message.properties().buildpacks();
    List<AdminBuildpack> installed = message.adminBuildpacks();
    if (wanted.isEmpty()) {
      if (installed.isEmpty()) {
        throw new StagingFailure(
            StagingFailure.Reason.NO_APP_DETECTED, "no buildpack is installed", null);
      }
      return new BuildpackPlan(true, installed.stream().<Entry>map(Entry.Admin::new).toList());
    }
    List<Entry> entries = new ArrayList<>();
    for (String name : wanted) {
      Optional<AdminBuildpack> admin =
          installed.stream().filter(b -> b.name().equals(name) || b.key().equals(name)).findFirst();
      if (admin.isPresent()) {
        entries.add(new Entry.Admin(admin.get()));
      } else if (ADDRESS.matcher(name).matches()) {
        entries.add(new Entry.Remote(name));
      } else {
        throw new StagingFailure(
            StagingFailure.Reason.STAGING_ERROR,
            "no buildpack is called " + name + " (installed: " + names(installed) + ")",
            null);
      }
    }
    return new BuildpackPlan(false, List.copyOf(entries));
  }

  /** The file that stage.sh reads. */
  String text() {
    StringBuilder text = new StringBuilder(detect ? "detect\n" : "explicit\n");
    for (int i = 0; i < buildpacks.size(); i++) {
      text.append(buildpacks.get(i).line(i)).append('\n');
    }
    return text.toString();
  }

  /** The key of the admin buildpack of that name. */
  Optional<String> key(String name) {
    for (Entry entry : buildpacks) {
      if (entry instanceof Entry.Admin(AdminBuildpack buildpack) && entry.name().equals(name)) {
        return Optional.of(buildpack.key());
      }
    }
    return Optional.empty();
  }

  /** An address may carry a user and a password, and names go into the log. */
  private static String withoutSecrets(String address) {
    return address.replaceFirst("//[^/@\\s]*@", "//");
  }

  private static String names(List<AdminBuildpack> buildpacks) {
    return buildpacks.isEmpty()
        ? "none"
        : String.join(", ", buildpacks.stream().map(AdminBuildpack::name).toList());
  }
}
