package bellows.cloudcontroller.routes;

import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** What can be wanted of a route besides that it leads somewhere. */
public enum RouteOption {
  LOADBALANCING("loadbalancing", "round-robin|least-connection", "round-robin, least-connection"),
  /** Ours. */
  RATE_LIMIT("rate_limit", "[1-9][0-9]{0,8}/[smh]|off", "NUMBER/s, NUMBER/m, NUMBER/h, off"),
  /** Ours. */
  COMPRESSION("compression", "on|off", "on, off");

  private final String key;
  private final Pattern form;
  private final String valid;

  /**
   * @param valid the form in words
   */
  RouteOption(String key, String form, String valid) {
    this.key = key;
    this.form = Pattern.compile(form);
    this.valid = valid;
  }

  /** As the API, manifests and registrations call it. */
  public String key() {
    return key;
  }

  public boolean allows(String value) {
    return form.matcher(value).matches();
  }

  /** What it can be, in words. */
  public String valid() {
    return valid;
  }

  public static Optional<RouteOption> named(String key) {
    return Stream.of(values()).filter(option -> option.key.equals(key)).findFirst();
  }

  /** All keys, in words. */
  public static String keys() {
    return Stream.of(values()).map(RouteOption::key).collect(Collectors.joining(", "));
  }
}
