package bellows.cloudcontroller.services;

import bellows.cloudcontroller.api.Fields;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Reads the addresses of a service instance. */
final class ServiceUrls {
  /** As much as a router takes. */
  private static final int LONGEST = 1000;

  private ServiceUrls() {}

  /**
   * @param before what it was
   * @return what it is after the body; null for none, which is what blank means too
   */
  static @Nullable String syslogDrain(Fields fields, @Nullable String before) {
    return read(fields, "syslog_drain_url", before);
  }

  /** As {@link #syslogDrain}. */
  static @Nullable String routeService(Fields fields, @Nullable String before) {
    String url = read(fields, "route_service_url", before);
    if (url != null && !url.startsWith("https://")) {
      fields.fault("Route service url must be https");
    }
    return url;
  }

  private static @Nullable String read(Fields fields, String name, @Nullable String before) {
    Optional<String> sent = fields.text(name, LONGEST);
    if (sent.isEmpty()) {
      return fields.isNull(name) ? null : before;
    }
    String url = sent.get();
    if (url.isBlank()) {
      return null;
    }
    if (!isAddress(url)) {
      fields.fault(Fields.label(name) + " must be a valid URI");
    }
    return url;
  }

  /** With a host, and without a password: it would be sent nowhere, and shown to every reader. */
  private static boolean isAddress(String url) {
    try {
      URI uri = new URI(url);
      return uri.getHost() != null
          && uri.getRawUserInfo() == null
          && url.chars().allMatch(c -> c > ' ' && c < 127);
    } catch (URISyntaxException e) {
      return false;
    }
  }
}
