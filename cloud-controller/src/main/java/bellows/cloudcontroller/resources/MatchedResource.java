package bellows.cloudcontroller.resources;

import bellows.cloudcontroller.api.Fields;
import bellows.http.CfError;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * A file that a client has, as it asks for a match, and as it sends the match back with the upload.
 *
 * @param path in the package
 * @param mode octal, such as 644
 */
public record MatchedResource(String path, String mode, String sha1, long bytes) {
  /** For one request; clients send more files in several. */
  static final int MOST = 5000;

  private static final Pattern SHA1 = Pattern.compile("[0-9a-f]{40}");
  private static final Pattern MODE = Pattern.compile("[0-7]{3,6}");
  private static final int LONGEST_PATH = 4096;

  /** Reads the field {@code resources}; faults are noted. */
  static List<MatchedResource> read(Fields fields) {
    Optional<List<Fields>> listed = fields.objects("resources", MOST);
    if (listed.isEmpty() || listed.get().isEmpty()) {
      fields.fault("Resources must be an array of 1 to %d objects".formatted(MOST));
      return List.of();
    }
    return read(listed.get());
  }

  private static List<MatchedResource> read(List<Fields> listed) {
    List<MatchedResource> resources = new ArrayList<>();
    for (Fields each : listed) {
      String path = each.text("path", LONGEST_PATH).orElse("");
      String mode = each.text("mode", MODE, "must be an octal mode").orElse("644");
      String sha1 =
          each.object("checksum")
              .flatMap(checksum -> checksum.text("value", SHA1, "must be a sha1"))
              .orElse("");
      long bytes = each.number("size_in_bytes", 0, Long.MAX_VALUE).orElse(-1L);
      resources.add(new MatchedResource(path, mode, sha1, bytes));
    }
    return resources;
  }

  /**
   * The text part of an upload: a JSON array.
   *
   * @throws CfError 400 or 422
   */
  public static List<MatchedResource> parse(byte[] json) {
    String wrapped = "{\"resources\":" + new String(json, StandardCharsets.UTF_8) + "}";
    Fields fields = Fields.parse(wrapped.getBytes(StandardCharsets.UTF_8));
    List<MatchedResource> resources =
        fields.objects("resources", 1_000_000).map(MatchedResource::read).orElse(List.of());
    fields.done();
    for (MatchedResource resource : resources) {
      if (resource.path().isEmpty() || resource.sha1().isEmpty()) {
        throw CfError.Kind.UNPROCESSABLE_ENTITY.because(
            "Every resource must have a path, a checksum and a size");
      }
    }
    return resources;
  }

  Map<String, Object> body() {
    Map<String, Object> body = new LinkedHashMap<>();
    body.put("path", path);
    body.put("mode", mode);
    body.put("checksum", Map.of("value", sha1));
    body.put("size_in_bytes", bytes);
    return body;
  }
}
