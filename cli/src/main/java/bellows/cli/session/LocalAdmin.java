package bellows.cli.session;

import bellows.cli.api.Json;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Optional;

/**
 * The admin of the platform on this machine: whoever may read the data directory's {@code
 * admin.json} need not log in.
 */
record LocalAdmin(Path data, String api, String user, String password) {
  static Optional<LocalAdmin> at(Path data) {
    try {
      Json json = Json.tryParse(Files.readString(data.resolve("admin.json"))).orElse(Json.of(null));
      String api = json.text("api");
      return api.isEmpty()
          ? Optional.empty()
          : Optional.of(new LocalAdmin(data, api, json.text("username"), json.text("password")));
    } catch (IOException e) {
      return Optional.empty(); // not there, or not ours to read: then the user has to log in
    }
  }

  /**
   * Names this platform and no other one, also none that was in the same directory before: its orgs
   * and spaces are others.
   */
  String platform() {
    try {
      byte[] hash =
          MessageDigest.getInstance("SHA-256").digest(password.getBytes(StandardCharsets.UTF_8));
      return data + "#" + HexFormat.of().formatHex(hash, 0, 8);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JVM has SHA-256", e);
    }
  }

  @Override
  public String toString() {
    return "LocalAdmin[" + data + "]";
  }
}
