package bellows.router.compression;

import bellows.router.http1.Head;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** How a body is compressed, the best first. */
public enum Coding {
  ZSTD,
  GZIP;

  private static final byte[] ACCEPT_ENCODING =
      "accept-encoding".getBytes(StandardCharsets.US_ASCII);
  private static final double USUAL_WEIGHT = 1;

  private final String wireName = name().toLowerCase(Locale.ROOT);

  /** As Content-Encoding calls it. */
  public String wireName() {
    return wireName;
  }

  /**
   * What a client likes best (RFC 9110, 12.5.3); null when it takes none of them, or likes a body
   * as it is better.
   */
  static @Nullable Coding wanted(Head request) {
    double[] weights = {-1, -1};
    double others = -1;
    double identity = 0;
    for (int i = request.find(ACCEPT_ENCODING, 0);
        i >= 0;
        i = request.find(ACCEPT_ENCODING, i + 1)) {
      for (String item : request.text(request.valueStart(i), request.valueEnd(i)).split(",", -1)) {
        String[] parts = item.toLowerCase(Locale.ROOT).split(";", -1);
        double weight = weight(parts);
        switch (parts[0].strip()) {
          case "zstd" -> weights[0] = weight;
          case "gzip", "x-gzip" -> weights[1] = weight;
          case "identity" -> identity = weight;
          case "*" -> others = weight;
          default -> {
            // another coding, which we do not have
          }
        }
      }
    }
    double zstd = weights[0] < 0 ? others : weights[0];
    double gzip = weights[1] < 0 ? others : weights[1];
    if (Math.max(zstd, gzip) <= 0 || Math.max(zstd, gzip) < identity) {
      return null;
    }
    return zstd >= gzip ? ZSTD : GZIP;
  }

  /** 0 for what makes no sense, so that nothing is sent that might not be understood. */
  private static double weight(String[] parts) {
    for (int i = 1; i < parts.length; i++) {
      String parameter = parts[i].strip();
      if (parameter.startsWith("q=")) {
        String value = parameter.substring(2);
        return value.matches("[01](\\.[0-9]{0,3})?") ? Double.parseDouble(value) : 0;
      }
    }
    return USUAL_WEIGHT;
  }
}
