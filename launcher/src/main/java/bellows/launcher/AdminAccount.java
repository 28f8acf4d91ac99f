package bellows.launcher;

import bellows.base.files.AtomicFiles;
import bellows.base.ids.Ids;
import bellows.base.json.Json;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * The administrator that the first start makes, kept where only the owner of the data directory can
 * read it, so that a client on the same machine needs no login.
 *
 * @param api address of the API that needs no DNS
 * @param username always {@code admin}
 * @param password random
 */
record AdminAccount(String api, String username, String password) {
  /** Bytes of the password: 128 bits cannot be guessed. */
  private static final int PASSWORD_BYTES = 16;

  /** Reads the account, or makes it; the API's address is brought up to date. */
  static AdminAccount at(Path file, String api) {
    try {
      AdminAccount account =
          Files.exists(file)
              ? Json.read(Files.readAllBytes(file), AdminAccount.class)
              : new AdminAccount(api, "admin", Ids.secret(PASSWORD_BYTES));
      AdminAccount current = new AdminAccount(api, account.username, account.password);
      AtomicFiles.write(file, Json.bytes(current), AtomicFiles.OWNER_ONLY);
      return current;
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + file, e);
    }
  }

  @Override
  public String toString() {
    return "AdminAccount[" + username + " at " + api + "]";
  }
}
