package bellows.uaa.clients;

import java.sql.Array;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import org.jdbi.v3.core.Handle;

/** Table {@code uaa_clients}. */
public final class ClientStore {
  public Optional<Client> find(Handle db, String id) {
    return db.createQuery("select * from uaa_clients where id = :id")
        .bind("id", id)
        .map((row, _) -> client(row))
        .findOne();
  }

  /** Does nothing when there is a client of this id: its settings are its owner's by now. */
  public void insertUnlessThere(Handle db, Client client) {
    db.createUpdate(
            """
            insert into uaa_clients (id, secret_hash, grant_types, scopes, authorities,
              access_token_seconds, refresh_token_seconds)
            values (:id, :secret, :grants, :scopes, :authorities, :access, :refresh)
            on conflict (id) do nothing
            """)
        .bind("id", client.id())
        .bind("secret", client.secretHash())
        .bind("grants", client.grantTypes().toArray(String[]::new))
        .bind("scopes", client.scopes().toArray(String[]::new))
        .bind("authorities", client.authorities().toArray(String[]::new))
        .bind("access", client.accessTokenValid().toSeconds())
        .bind("refresh", client.refreshTokenValid().toSeconds())
        .execute();
  }

  private static Client client(ResultSet row) throws SQLException {
    return new Client(
        row.getString("id"),
        row.getString("secret_hash"),
        strings(row.getArray("grant_types")),
        strings(row.getArray("scopes")),
        strings(row.getArray("authorities")),
        Duration.ofSeconds(row.getInt("access_token_seconds")),
        Duration.ofSeconds(row.getInt("refresh_token_seconds")));
  }

  private static Set<String> strings(Array array) throws SQLException {
    return Set.of((String[]) array.getArray());
  }
}
