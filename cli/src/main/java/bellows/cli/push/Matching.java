package bellows.cli.push;

import bellows.cli.api.Api;
import bellows.cli.api.Json;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Which files the platform already has, so that only the others are sent.
 *
 * @param known the platform's own words, which go back to it with the upload
 * @param missing what is to be sent
 */
record Matching(List<Json> known, List<AppFile> missing) {
  private static final int BATCH = 5000;

  static Matching of(Api api, List<AppFile> files) throws IOException {
    Map<String, String> sums = new HashMap<>();
    List<Json> candidates = new ArrayList<>();
    for (AppFile file : files) {
      if (file.kind() == AppFile.Kind.FILE && file.size() > 0) {
        String sum = sha1(file);
        sums.put(file.path(), sum);
        candidates.add(
            Json.object(
                "path", file.path(),
                "mode", Integer.toOctalString(file.mode()),
                "checksum", Json.object("value", sum),
                "size_in_bytes", file.size()));
      }
    }
    List<Json> known = new ArrayList<>();
    for (int from = 0; from < candidates.size(); from += BATCH) {
      List<Json> batch = candidates.subList(from, Math.min(candidates.size(), from + BATCH));
      known.addAll(
          api.post("/v3/resource_matches", Json.object("resources", batch)).items("resources"));
    }
    // By path and sum: should the answer name one of two equal files only, the other is sent.
    Set<String> matched = new HashSet<>();
    known.forEach(each -> matched.add(each.text("path") + "\0" + each.text("checksum", "value")));
    List<AppFile> missing =
        files.stream()
            .filter(file -> !matched.contains(file.path() + "\0" + sums.get(file.path())))
            .toList();
    return new Matching(known, missing);
  }

  /** True when nothing is left to send. */
  boolean complete() {
    return !known.isEmpty() && missing.isEmpty();
  }

  private static String sha1(AppFile file) throws IOException {
    try (InputStream in = Files.newInputStream(file.file())) {
      MessageDigest digest = MessageDigest.getInstance("SHA-1");
      byte[] buffer = new byte[64 * 1024];
      for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
        digest.update(buffer, 0, read);
      }
      return HexFormat.of().formatHex(digest.digest());
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-1", e);
    }
  }
}
