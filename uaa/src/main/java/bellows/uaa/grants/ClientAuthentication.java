package bellows.uaa.grants;

import bellows.cmdb.Database;
import bellows.http.Request;
import bellows.uaa.clients.Client;
import bellows.uaa.clients.ClientStore;
import bellows.uaa.protocol.Form;
import bellows.uaa.protocol.UaaError;
import bellows.uaa.users.Passwords;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Which client sends a request: by HTTP Basic, by form fields {@code client_id} and {@code
 * client_secret}, or by both at once, as cf-java-client does.
 */
final class ClientAuthentication {
  private static final String SCHEME = "basic ";

  private final Database database;
  private final ClientStore clients;
  private final Passwords passwords;

  private record Credentials(String id, String secret) {}

  ClientAuthentication(Database database, ClientStore clients, Passwords passwords) {
    this.database = database;
    this.clients = clients;
    this.passwords = passwords;
  }

  /**
   * @throws UaaError 401 when there is no such client, or its secret is another
   */
  Client require(Request request, Form form) {
    Credentials sent = credentials(request, form);
    Optional<Client> client = database.inTransaction(db -> clients.find(db, sent.id()));
    return client
        .filter(found -> secretMatches(found.secretHash(), sent.secret()))
        .or(() -> {
          if (client.isEmpty()) {
            // Takes as long as a wrong secret of a client that exists.
            passwords.matches(sent.secret(), null);
          }
          return Optional.empty();
        })
        .orElseThrow(ClientAuthentication::badCredentials);
  }

  private boolean secretMatches(@Nullable String hash, String secret) {
    return hash == null ? secret.isEmpty() : passwords.matches(secret, hash);
  }

  private static Credentials credentials(Request request, Form form) {
    Optional<Credentials> basic = basic(request);
    Optional<Credentials> fields =
        form.find("client_id")
            .map(id -> new Credentials(id, form.find("client_secret").orElse("")));
    if (basic.isPresent() && fields.isPresent() && !basic.get().id().equals(fields.get().id())) {
      throw badCredentials();
    }
    return basic
        .or(() -> fields)
        .orElseThrow(() ->
            UaaError.Kind.INVALID_CLIENT.because(
                "Full authentication is required to access this resource"));
  }

  private static Optional<Credentials> basic(Request request) {
    return request
        .header("Authorization")
        .filter(value -> value.regionMatches(true, 0, SCHEME, 0, SCHEME.length()))
        .map(value -> {
          String pair = decode(value.substring(SCHEME.length()).strip());
          int colon = pair.indexOf(':');
          if (colon < 0) {
            throw badCredentials();
          }
          return new Credentials(pair.substring(0, colon), pair.substring(colon + 1));
        });
  }

  private static String decode(String base64) {
    try {
      return new String(Base64.getDecoder().decode(base64), StandardCharsets.UTF_8);
    } catch (IllegalArgumentException e) {
      throw badCredentials();
    }
  }

  private static UaaError badCredentials() {
    return UaaError.Kind.INVALID_CLIENT.because("Bad credentials");
  }
}
