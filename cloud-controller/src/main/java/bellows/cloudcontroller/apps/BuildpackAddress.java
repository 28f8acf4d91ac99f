package bellows.cloudcontroller.apps;

import java.util.List;
import java.util.regex.Pattern;

/** A buildpack that is no name of an installed one but an address, from which staging gets it. */
public final class BuildpackAddress {
  /** No other scheme: the host's files and the like are nobody's buildpacks. */
  private static final Pattern FORM = Pattern.compile("(https?|git|ssh)://\\S+|git@\\S+");

  private static final Pattern CREDENTIALS = Pattern.compile("//[^/@\\s]*@");

  private BuildpackAddress() {}

  static boolean is(String buildpack) {
    return FORM.matcher(buildpack).matches();
  }

  /** As the API shows them: whoever may see an app need not know its owner's password. */
  public static List<String> withoutSecrets(List<String> buildpacks) {
    return buildpacks.stream()
        .map(buildpack ->
            is(buildpack) ? CREDENTIALS.matcher(buildpack).replaceFirst("//***:***@") : buildpack)
        .toList();
  }
}
